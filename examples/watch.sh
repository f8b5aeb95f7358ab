#!/usr/bin/env bash
# Waiting for a change, and following keys, with curl:
#     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… bash examples/watch.sh
set -euo pipefail

url=${REDISERVE_URL:-http://127.0.0.1:3000}
ask() { curl --silent --show-error --fail --header "Authorization: Bearer ${REDISERVE_TOKEN:-}" "$@"; }
put() { ask --output /dev/null --request PUT --data "$1" "$url/keys/watched"; }

put 1
tag=$(ask --output /dev/null --write-out '%header{etag}' "$url/keys/watched")
put 2 &
echo "changed: $(ask --header "If-None-Match: $tag" "$url/keys/watched?raw&wait=30s")"

# Events are lines; an empty one ends each.
while IFS= read -r line; do
    case $line in
        'event: '*) event=${line#event: } ;;
        'data: {}') echo "$event" ;;
        'data: '*) sed -E 's/.*"key":"([^"]*)","value":"([^"]*)".*/'"$event"' \1 \2/' <<<"$line" ;;
    esac
    if [ "$line" = 'event: ready' ]; then put 3; fi
    case $line in *'"value":"3"'*) break ;; esac
done < <(ask --no-buffer "$url/keys?watch=watched*" 2>/dev/null)
