# shellcheck shell=bash disable=SC2154,SC2034
# The container, and a network of its own with a Redis in it, so that every port is free. Sourced by run, which has
# $work, $storage and $image.

network='' redis='' daemon='' code='' settings=()
container=rediserve-check-$$

podman_run=(podman "${storage[@]}" --runtime runc --cgroup-manager cgroupfs)
hardened=(--read-only --cap-drop all --security-opt no-new-privileges --memory 256m --pids-limit 100
    --ulimit nofile=4096:4096 --ulimit nproc=1000:1000)

# Whether containers can run here; where not, a chroot with the same user, files and variables is the next best.
choose_how() {
    how=podman
    "${podman_run[@]}" run --rm --pull never --network none --no-healthcheck "${hardened[@]}" "$image" --version \
        >"$work/choose.log" 2>&1 && return
    if "${podman_run[@]}" run --rm --pull never --network none --no-healthcheck --ulimit nofile=4096:4096 \
        --ulimit nproc=1000:1000 "$image" --version >"$work/plain.log" 2>&1; then
        ((failed += 1))
        printf 'FAILED it runs hardened, as it does otherwise:\n'
        sed 's/^/    /' "$work/choose.log"
        return
    fi
    how=chroot
    printf 'NOT DONE: no container can run here, so the image runs in a chroot, not hardened:\n'
    sed 's/^/    /' "$work/choose.log"
}

make_network() {
    unshare --net sleep infinity &
    network=$!
    # Until then it is in the network of this machine, which is nothing to change.
    await has_own_network
    in_network ip link set lo up
    # As Docker has it: any user may listen on port 80.
    in_network bash -c 'echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start'
}
has_own_network() { [[ $(readlink "/proc/$network/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }
in_network() { nsenter --target "$network" --net "$@"; }

await() { # COMMAND…: until it succeeds, or half a minute is over
    local deadline=$((SECONDS + 30))
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

start_redis() {
    # Not by the function above, which would be a shell of its own in the background.
    nsenter --target "$network" --net redis-server --port 6379 --bind 127.0.0.1 --save '' --dir "$work" >"$work/redis.log" 2>&1 &
    redis=$!
    await in_network redis-cli ping >/dev/null 2>&1
}
stop_redis() { kill "$redis" && { wait "$redis" || true; } && redis=''; }

# start_daemon [-e NAME=VALUE | -v FILE:PATH:ro]…
start_daemon() {
    settings=("$@")
    if [[ $how == podman ]]; then
        "${podman_run[@]}" run --rm --name "$container" --pull never --network "ns:/proc/$network/ns/net" --no-healthcheck \
            "${hardened[@]}" "$@" "$image" >"$work/daemon.out" 2>&1 &
    else
        in_chroot
        "${chrooted[@]}" >"$work/daemon.out" 2>&1 &
    fi
    daemon=$!
}

# Where there are no containers: sets `chrooted` to what runs the daemon with `settings`.
in_chroot() {
    local variables=(REDISERVE_DEFAULT_LISTEN='*:3000') at=0 from to
    for ((at = 0; at < ${#settings[@]}; at += 2)); do
        case ${settings[at]} in
        -e) variables+=("${settings[at + 1]}") ;;
        -v) IFS=: read -r from to _ <<<"${settings[at + 1]}" && install -D -m 644 "$from" "$(copied_root)$to" ;;
        esac
    done
    chrooted=(nsenter --target "$network" --net env -i "${variables[@]}" "$(command -v chroot)" --userspec=65532:65532 "$(copied_root)"
        /usr/bin/rediserve)
}
copied_root() {
    [[ -d $work/copy ]] || cp -a "$(image_root)" "$work/copy"
    printf '%s\n' "$work/copy"
}

inside() { "${podman_run[@]}" exec "$container" "$@"; }
healthcheck() {
    if [[ $how == podman ]]; then inside /usr/bin/rediserve healthcheck "$@"; else "${chrooted[@]}" healthcheck "$@"; fi
}
daemon_process() { "${podman_run[@]}" inspect --format '{{.State.Pid}}' "$container"; }

# Both set `code` to the daemon's exit code.
wait_for_daemon() {
    code=0
    wait "$daemon" || code=$?
    daemon=''
}
stop_daemon() {
    if [[ $how == podman ]]; then
        "${podman_run[@]}" stop -t 20 "$container" >/dev/null || true
    else
        kill "$daemon" || true
    fi
    wait_for_daemon
}

end_everything() {
    [[ -z $daemon ]] || stop_daemon 2>/dev/null || true
    [[ ! -s $work/root ]] || podman "${storage[@]}" image unmount "$image" >/dev/null 2>&1 || true
    local one
    for one in $redis $network; do kill "$one" 2>/dev/null || true; done
    # Left mounted, it keeps the folder from being removed.
    ! mountpoint -q "$store/root/overlay" || umount "$store/root/overlay" || true
}
