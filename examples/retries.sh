#!/usr/bin/env bash
# Orders that are sent again until they are answered, and placed once, by curl 7.84 or newer:
#     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… examples/retries.sh
set -euo pipefail

url=${REDISERVE_URL:-http://127.0.0.1:3000}

# Sends a request until it is answered; it is done once, however often that takes. Fails on 4xx and 5xx, and prints what they say.
once() { # KEY PATH [curl options…]
    local answer status retry_after wait
    for wait in 0.1 0.2 0.4 0.8 1.6 0; do
        answer=$(curl --silent --max-time 10 --config - --header "Idempotency-Key: \"$1\"" "${@:3}" \
            --write-out '\n%{http_code},%header{retry-after}' "$url$2" \
            <<<"header = \"Authorization: Bearer ${REDISERVE_TOKEN:-}\"") || answer=$'no answer\n000,'
        IFS=, read -r status retry_after <<<"${answer##*$'\n'}"
        case $status,$retry_after in
            2*) printf '%s\n' "${answer%$'\n'*}" && return ;;
            000,* | 502,* | 504,* | *,[0-9]*) sleep "${retry_after:-$wait}" ;;
            *) break ;;
        esac
    done
    printf '%s\n' "${answer%$'\n'*}" >&2
    return 1
}
new_key() { openssl rand -hex 16; }

order='[["DECR","stock"],["RPUSH","orders","a book for Ann"]]'
tell() { sed 's/^\[{"result":\([0-9]*\)},{"result":\([0-9]*\)}\]$/order \2, \1 left/'; }

once "$(new_key)" /keys/stock --request PUT --data-raw 10 >/dev/null

# One key for each thing to be done. As long as it is the same, so is the answer.
key=$(new_key)
once "$key" /multi-exec --data-raw "$order" | tell
once "$key" /multi-exec --data-raw "$order" | tell

# Another key, another order.
once "$(new_key)" /multi-exec --data-raw "$order" | tell

# A key that is used for something else is a mistake, and is told so.
once "$key" /multi-exec --data-raw '[["DEL","orders"]]' 2>&1 | sed 's/.*"code":"\([a-z_]*\)".*/refused: \1/' || true
