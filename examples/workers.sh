#!/usr/bin/env bash
# Shares jobs among workers, of whom one dies with a job in hand, by curl 7.76 or newer:
#     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… examples/workers.sh
set -euo pipefail

url=${REDISERVE_URL:-http://127.0.0.1:3000}
patience=1s # in earnest, longer than any job takes

ask() { curl --silent --fail-with-body --no-buffer --config - "$@" <<<"header = \"Authorization: Bearer ${REDISERVE_TOKEN:-}\""; }
tell() { ask --output /dev/null --header "Content-Type: application/json" --data-raw "$1" "$url$2"; }

# Two lines of each job: `id: …` and `data: …`. Its own jobs come first, then what others left lying, and what is new.
work() { # WORKER [dies]
    local line id=""
    while IFS= read -r line; do
        case $line in
            "id: "*) id=${line#id: } ;;
            'data: {"to":'*)
                [[ ${2-} == dies ]] && return
                line=${line#*:*:\"}
                printf '%s writes to %s\n' "$1" "${line%\"\}}"
                tell "{\"ids\":[\"$id\"]}" /streams/jobs/groups/mail/ack
                return
                ;;
        esac
    done < <(ask "$url/streams/jobs?group=mail&consumer=$1&claim=$patience" 2>/dev/null || true)
    return 1
}

ask --output /dev/null --request PUT "$url/streams/jobs/groups/mail?from=0"
tell '{"fields":{"to":"Ada"}}' /streams/jobs
work ann
tell '{"fields":{"to":"Bob"}}' /streams/jobs
work ann dies
work ben
tell '{"fields":{"to":"Cleo"}}' /streams/jobs
work ben
