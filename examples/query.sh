#!/usr/bin/env bash
# Commands that only read, asked again until they are answered, by curl 7.76 or newer:
#     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… examples/query.sh
set -euo pipefail

url=${REDISERVE_URL:-http://127.0.0.1:3000}

rediserve() { # METHOD PATH BODY [curl options…]
    curl --silent --show-error --fail-with-body --max-time 10 --config - --request "$1" --data-raw "$3" \
        --header 'Content-Type: application/json' "${@:4}" "$url$2" <<<"header = \"Authorization: Bearer ${REDISERVE_TOKEN:-}\""
}

# Asks again whatever became of the last time, as nothing is changed by it; only what is refused (4xx) stays refused.
query() { # COMMANDS
    local answer wait
    for wait in 0.1 0.2 0.4 0.8 0; do
        answer=$(rediserve QUERY /pipeline "$1" --write-out '\n%{http_code}' 2>/dev/null) && break
        [[ ${answer##*$'\n'} != 4?? ]] || break
        sleep "$wait"
    done
    printf '%s\n' "$answer"
    [[ ${answer##*$'\n'} == 200 ]]
}

rediserve POST /pipeline '[["HSET","user:1","name","Ada"],["ZADD","points",7,"user:1"]]' >/dev/null

query '[["HGET","user:1","name"],["ZSCORE","points","user:1"]]' |
    sed -n 's/^\[{"result":"\(.*\)"},{"result":"\(.*\)"}\]$/name: \1\npoints: \2/p'

# What would write is no question: nothing of it is done.
(query '[["HGET","user:1","name"],["DEL","user:1"]]' || true) | sed -n '$s/^/refused: /p'
