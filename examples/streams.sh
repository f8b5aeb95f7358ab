#!/usr/bin/env bash
# Follows a stream across ends of the connection, by curl 7.76 or newer:
#     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… examples/streams.sh
set -euo pipefail

url=${REDISERVE_URL:-http://127.0.0.1:3000}

ask() { curl --silent --fail-with-body --no-buffer --config - "$@" <<<"header = \"Authorization: Bearer ${REDISERVE_TOKEN:-}\""; }

ask --output /dev/null --header "Content-Type: application/json" --data-raw '{"fields":{"for":"Ann"}}' "$url/streams/orders"
ask --output /dev/null --header "Content-Type: application/json" --data-raw '{"fields":{"for":"Ben"}}' "$url/streams/orders"

# Two lines of each entry: `id: …`, which is remembered, and `data: …`. The first time all there is, and then what is behind the
# last id that was seen.
last=0
follow() { # HOW_MANY
    local line id="" count=0
    while IFS= read -r line && ((count < $1)); do
        case $line in
            "id: "*) id=${line#id: } ;;
            'data: {"for":'*) last=$id && printf '%s\n' "${line#data: }" && count=$((count + 1)) ;;
        esac
        ((count < $1)) || break
    done < <(ask --header "Last-Event-ID: $last" "$url/streams/orders" 2>/dev/null || true)
}

follow 1
follow 1
ask --output /dev/null --header "Content-Type: application/json" --data-raw '{"fields":{"for":"Cleo"}}' "$url/streams/orders"
follow 1
