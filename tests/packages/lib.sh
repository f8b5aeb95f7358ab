# shellcheck shell=bash
# What tests/packages/run is made of. Sourced, never run.

passed=0 failed=0
folder=$(mktemp -d)
redis_pid='' redis_port=''
trap clean_up EXIT

clean_up() {
    [[ -z $redis_pid ]] || kill "$redis_pid" 2>/dev/null || true
    rm -rf --one-file-system "$folder"
}

# check WHAT COMMAND…: what it says is shown when it fails.
check() {
    local what=$1 status
    shift
    set +e   # "||" would switch it off within, too
    (set -e && "$@") >"$folder/said" 2>&1
    status=$?
    set -e
    if ((status == 0)); then
        ((passed += 1))
        say "ok      $what"
    else
        ((failed += 1))
        say "FAILED  $what"
        sed 's/^/        /' "$folder/said"
    fi
}

# Waits until a command succeeds, half a minute at most.
await() {
    local end=$((SECONDS + 30))
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.05
    done
}

# One that nobody listens on at the moment, below the ports that the system gives to clients.
free_port() {
    local port
    for _ in {1..100}; do
        port=$((18000 + RANDOM % 14000))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { say "$port" && return; }
    done
    fail 'no free port'
}

# A Redis for whoever needs one.
start_redis() {
    redis_port=$(free_port)
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --dir "$folder" >"$folder/redis.log" 2>&1 &
    redis_pid=$!
    await redis_is_ours
}
# Somebody else may have taken the port meanwhile.
redis_is_ours() { redis-cli -p "$redis_port" info server 2>/dev/null | grep -q "^process_id:$redis_pid"; }

# shellcheck source=/dev/null
release_codename() (. /etc/os-release && printf '%s' "$VERSION_CODENAME")

# Where this machine has a release from.
mirror_of() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' | awk -v release="$1" '$1 == release { print $2; exit }'
}
