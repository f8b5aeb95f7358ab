# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by those who source it
# What the benchmark scripts share: a private work folder, servers that die with the script, packages, /proc.
#
# Sourced with `set -euo pipefail` in force. Everything runs on 127.0.0.1; nothing that was running before is touched.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bench=$repository/bench
here=127.0.0.1
work=                 # private folder, removed at the end
declare -a started=() # process ids, newest last

say() { printf '%s\n' "$*" >&2; }
die() {
    say "${0##*/}: $*"
    exit 69
}

# Ends what this script started, newest first, and removes its folder. Safe to call twice.
finish() {
    local index
    for ((index = ${#started[@]} - 1; index >= 0; index--)); do
        kill "${started[index]}" 2>/dev/null || true
        wait "${started[index]}" 2>/dev/null || true
    done
    started=()
    [[ -z $work ]] || rm -rf "$work"
    work=
}

begin() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/rediserve-bench.XXXXXX")
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# need COMMAND=PACKAGE... installs the packages of the commands that are missing.
need() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
    done
    ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || die "${pair%%=*} is still missing after installing ${pair#*=}"
    done
}

install_packages() {
    local as=() guard=/usr/sbin/policy-rc.d guarded=no failed=no
    command -v apt-get >/dev/null || die "please install: $* (there is no apt-get here to do it)"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "please install as root: $*"
        as=(sudo)
    fi
    say "installing $*"
    # Debian starts a service as soon as it is installed, unless this file says no (invoke-rc.d(8)).
    if [[ ! -e $guard ]]; then
        guarded=yes
        printf '#!/bin/sh\nexit 101\n' | "${as[@]}" tee "$guard" >/dev/null
        "${as[@]}" chmod 755 "$guard"
    fi
    install_quietly "${as[@]}" -- "$@" || failed=yes
    [[ $guarded == no ]] || "${as[@]}" rm -f "$guard"
    [[ $failed == no ]] || die "could not install $*"
}

# install_quietly [SUDO] -- PACKAGE...
install_quietly() {
    local as=()
    [[ $1 == -- ]] || { as=("$1"); shift; }
    shift
    local apt=("${as[@]}" env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get -qq -o DPkg::Lock::Timeout=120)
    "${apt[@]}" install -y --no-install-recommends "$@" </dev/null >/dev/null 2>&1 && return
    "${apt[@]}" update </dev/null >/dev/null 2>&1 || true   # stale package lists are the usual reason
    "${apt[@]}" install -y --no-install-recommends "$@" </dev/null >/dev/null
}

# A port of 127.0.0.1 that nobody listens on at the moment.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/$here/$port") 2>/dev/null || break
    done
    echo "$port"
}

# launch NAME COMMAND...: starts it in the background; its id is in $launched. It dies with this script, even by SIGKILL.
launch() {
    local name=$1
    shift
    setpriv --pdeathsig TERM -- "$@" >"$work/$name.log" 2>&1 </dev/null &
    launched=$!
    started+=("$launched")
}

# await NAME COMMAND...: runs the command until it succeeds, for $patience seconds (10); shows NAME's log otherwise.
await() {
    local name=$1 end=$((SECONDS + ${patience:-10}))
    shift
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= end)); then
            tail -n 5 "$work/$name.log" >&2 || true
            die "$name did not come up"
        fi
        sleep 0.05
    done
}

start_redis() {
    redis_port=$(free_port)
    launch redis redis-server --bind "$here" --port "$redis_port" --save '' --appendonly no --dir "$work" \
        --daemonize no
    await redis redis-cli -h "$here" -p "$redis_port" ping
}

# start_rediserve BINARY: one thread, on the private Redis; sets rediserve_url and rediserve_pid.
start_rediserve() {
    local port
    [[ -x $1 ]] || die "there is no $1; build it with ./scripts/build"
    port=$(free_port)
    launch rediserve "$1" --listen "$here:$port" --redis "redis://$here:$redis_port" --threads 1
    rediserve_url=http://$here:$port
    rediserve_pid=$launched
    await rediserve curl -fs "$rediserve_url/readyz"
}

# Processor time of a process so far, all threads, user and system, in µs (proc(5); a tick is usually 10 ms).
processor_time() {
    local line
    read -r line <"/proc/$1/stat"
    # shellcheck disable=SC2086
    set -- ${line##*) }   # the name in parentheses may hold spaces
    echo $(((${12} + ${13}) * 1000000 / ticks_per_second))
}
ticks_per_second=$(getconf CLK_TCK)

# memory PID FIELD: a size of /proc/PID/status in kB, for example VmRSS or VmHWM.
memory() {
    awk -v field="$2:" '$1 == field { print $2 }' "/proc/$1/status"
}

machine() {
    local model
    model=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
    echo "${model:-unknown processor}, $(nproc) cores, Linux $(uname -r)"
}
