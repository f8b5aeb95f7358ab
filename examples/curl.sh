#!/usr/bin/env bash
# RediServe by curl, version 7.84 or newer:  REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… examples/curl.sh
set -euo pipefail

url=${REDISERVE_URL:-http://127.0.0.1:3000}

# Fails on 4xx and 5xx, and prints what they say. The token comes from standard input, where `ps` does not show it.
rediserve() { # PATH [curl options…]
    curl --silent --show-error --fail-with-body --max-time 10 --config - "${@:2}" "$url$1" \
        <<<"header = \"Authorization: Bearer ${REDISERVE_TOKEN:-}\""
}
status_of() { rediserve "$@" --output /dev/null --write-out '%{http_code}' 2>/dev/null || true; }

# Set and get. A / in a key is written %2F; this one is forgotten after a minute.
rediserve '/keys/greetings%2Fen?ttl=60' --request PUT --data-raw 'hello' >/dev/null
printf 'greeting: %s\n' "$(rediserve '/keys/greetings%2Fen?raw')"

# That a key is not there is an answer, too.
[[ $(status_of /keys/nobody) == 404 ]] && echo 'nobody: not there'

# Any bytes, from a file and into one.
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
for byte in {0..255}; do printf '%b' "\\x$(printf '%x' "$byte")"; done >"$folder/there"
rediserve /keys/bytes --upload-file "$folder/there" >/dev/null
rediserve '/keys/bytes?raw' --output "$folder/back"
cmp "$folder/there" "$folder/back" && echo 'bytes: 256, as they went'

# No lost updates: replace only what was read. Who comes too late gets 412.
rediserve /keys/stock --request PUT --data-raw 10 >/dev/null
tag=$(rediserve /keys/stock --output /dev/null --write-out '%header{etag}')
rediserve /keys/stock --request PUT --header "If-Match: $tag" --data-raw 9 >/dev/null
printf 'stock: %s, then %s\n' "$(rediserve '/keys/stock?raw')" \
    "$(status_of /keys/stock --request PUT --header "If-Match: $tag" --data-raw 8)"

# Many commands in one request. Each has a result or an error of its own.
rediserve /pipeline --data-raw '[["SET","visits",40],["INCR","visits"],["INCR","visits"]]' |
    sed 's/.*"result":\([0-9]*\)}]$/visits: \1\n/'

# What fails says why, for people and for programs.
rediserve /keys/greetings%2Fen/incr --request POST 2>/dev/null |
    sed -n 's/.*"code":"\([a-z_]*\)".*/refused: \1\n/p' || true
