# shellcheck shell=bash
# What the scripts share. Sourced, never run.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
logs=$repository/build/logs
mkdir -p "$logs"

# A clone elsewhere finds what this one compiled.
export CCACHE_BASEDIR=$repository CCACHE_NOHASHDIR=1

say() { printf '%s\n' "$*"; }

# fail MESSAGE [DETAILS…]: one line each, then exit code 1.
fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

need() { command -v "$1" >/dev/null || fail "$1 is missing; ./scripts/setup --test installs it"; }

# As many compilers as there are processors and gigabytes of free memory.
jobs() {
    local processors gigabytes
    processors=$(nproc)
    gigabytes=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
    ((gigabytes >= 1)) || gigabytes=1
    printf '%s\n' $((gigabytes < processors ? gigabytes : processors))
}

# Ninja's numbered lines in, a line for every quarter out.
quarters() {
    awk -F '[][/]' '/^\[[0-9]+\/[0-9]+\]/ {
        quarter = int(4 * $2 / $3)
        if (quarter > shown) { printf "  %3d %% of %d steps\n", 25 * quarter, $3; fflush(); shown = quarter }
    }'
}

# configure PRESET [cmake options…]: once; ninja does it again by itself when a CMake file changes.
configure() {
    local preset=$1 folder=$repository/build/${1%-ci}
    shift
    [[ -f $folder/build.ninja && $folder/preset -nt $repository/CMakePresets.json && $(<"$folder/preset") == "$preset $*" ]] && return
    (cd "$repository" && cmake --preset "$preset" "$@") || return
    printf '%s\n' "$preset $*" >"$folder/preset"
}

# build FOLDER TARGET…: everything ninja says, as it says it.
build() {
    local folder=$repository/build/$1
    shift
    NINJA_STATUS='[%f/%t] ' cmake --build "$folder" --parallel "$(jobs)" --target "$@"
}
