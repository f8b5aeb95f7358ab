# shellcheck shell=bash disable=SC2154
# Building the image without an engine, and looking into it. Sourced by run, which has $work.

suite=${REDISERVE_CONTAINER_SUITE:-trixie}
store=${REDISERVE_CONTAINER_STORE:-$PWD/build/container/store}
image=${REDISERVE_CONTAINER_IMAGE:-localhost/rediserve:$suite}

driver=vfs
! grep -qw overlay /proc/filesystems || driver=overlay
storage=(--root "$store/root" --runroot "$store/run" --storage-driver "$driver")

# The mirror that this machine has its packages from.
mirror() {
    local release
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        awk -v release="$release" '$1 == release { print $2; exit }'
}

# What "FROM debian:…-slim" finds, made as that image is: without manuals and translations.
make_base() {
    local base=localhost/debian:$suite-slim tar=$work/base.tar
    ! buildah "${storage[@]}" inspect --type image "$base" >/dev/null 2>&1 || return 0
    mmdebstrap --quiet --variant=minbase --mode=root \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$suite" "$tar" "$(mirror)"
    podman "${storage[@]}" import -q "$tar" "$base" >/dev/null
    rm "$tar"
}

# The compiler's cache is that of this machine: the image's own would be thrown away with its layer.
build_image() {
    local cache
    [[ -z ${REDISERVE_CONTAINER_IMAGE-} ]] || return 0
    cache=$(ccache -k cache_dir)
    mkdir -p "$store" "$cache"
    make_base
    buildah "${storage[@]}" bud --isolation chroot --pull-never --format docker --layers --build-arg "SUITE=$suite" \
        -v "$cache:/root/.cache/ccache" -f docker/Dockerfile -t "$image" .
}

image_setting() { podman "${storage[@]}" image inspect --format "{{$1}}" "$image"; }
image_size() { podman "${storage[@]}" image inspect --format '{{.Size}}' "$image"; }

# Where its files can be looked at.
image_root() {
    [[ -s $work/root ]] || podman "${storage[@]}" image mount "$image" >"$work/root"
    cat "$work/root"
}

megabytes() { du -cbL "$@" 2>/dev/null | awk 'END { printf "%.1f MB", $1 / 1e6 }'; }
sizes() {
    local root
    root=$(image_root)
    awk -v size="$(image_size)" 'BEGIN { printf "%.1f MB", size / 1e6 }'
    printf ' (program %s, libraries %s, certificates %s, licences %s)' "$(megabytes "$root/usr/bin")" \
        "$(find "$root/usr/lib" -type f -name '*.so*' -print0 | du -cb --files0-from=- | awk 'END { printf "%.1f MB", $1 / 1e6 }')" \
        "$(megabytes "$root/etc/ssl/certs")" "$(megabytes "$root/usr/share/doc")"
}
