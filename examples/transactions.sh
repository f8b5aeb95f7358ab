#!/usr/bin/env bash
# A value that is read, decided upon and written, with no update lost, by curl 7.84 or newer:
#     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… examples/transactions.sh
set -euo pipefail

url=${REDISERVE_URL:-http://127.0.0.1:3000}

ask() { # PATH [curl options…]: prints what comes, then a line with the status and the ETag
    curl --silent --show-error --max-time 10 --config - --write-out '\n%{http_code} %header{etag}\n' "${@:2}" "$url$1" \
        <<<"header = \"Authorization: Bearer ${REDISERVE_TOKEN:-}\""
}

# Adds to what the key holds, and counts that; nobody's change is lost.
add() { # KEY NUMBER
    local value status tag
    while true; do
        { read -r value && read -r status tag; } < <(ask "/keys/$1?raw")
        { read -r _ && read -r status _; } < <(ask /multi-exec --data-raw \
            "{\"if\":[{\"key\":\"$1\",\"etag\":$tag}],\"commands\":[[\"INCRBY\",\"$1\",$2],[\"INCR\",\"changes\"]]}")
        [[ $status == 412 ]] || break
    done
    [[ $status == 200 ]]
}

for key in points changes; do
    { read -r said && read -r status _; } < <(ask "/keys/$key" --request PUT --data-raw 0)
    ((status / 100 == 2)) || { echo "$said" >&2 && exit 1; }
done

# All at once: each reads, and adds its own only to what is not outdated.
for share in 1 2 3 4 5 6 7 8; do add points "$share" & done
wait

for key in points changes; do
    read -r value < <(ask "/keys/$key?raw")
    echo "$key: $value"
done
