#!/usr/bin/env bash
# Replies with their types, and bytes without base64, by curl:
#     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… examples/typed.sh
set -euo pipefail

url=${REDISERVE_URL:-http://127.0.0.1:3000}

rediserve() { # PATH [curl options…]
    curl --silent --show-error --fail-with-body --max-time 10 --config - "${@:2}" "$url$1" \
        <<<"header = \"Authorization: Bearer ${REDISERVE_TOKEN:-}\""
}
typed='Accept: application/vnd.rediserve.typed+json'

rediserve /pipeline --output /dev/null --data-raw \
    '[["HSET","user:1","name","Ada","age",36],["SADD","tags","fast"],["SADD","tags","small"],["ZADD","scores",1.5,"ada"]]'

# A hash is an object, a score is a number.
rediserve /hgetall/user:1 --header "$typed" | sed 's/.*"name":"\([^"]*\)","age":"\([^"]*\)".*/user: \1, \2\n/'
rediserve / --header "$typed" --data-raw '["SORT","tags","ALPHA"]' | sed 's/.*\["\([^"]*\)","\([^"]*\)"\].*/tags: \1, \2\n/'
rediserve /zscore/scores/ada --header "$typed" | awk -F "[:}]" '{ print "half the score: " $2 / 2 }'

# ["SET", "logo", ff 00] in MessagePack; ["GET", "logo"] in CBOR, and {"result": ff 00} of it.
printf '\x93\xa3SET\xa4logo\xc4\x02\xff\x00' |
    rediserve / --header 'Content-Type: application/msgpack' --data-binary @/dev/fd/4 --output /dev/null 4<&0
printf '\x82\x63GET\x64logo' |
    rediserve / --header 'Content-Type: application/cbor' --header 'Accept: application/cbor' --data-binary @/dev/fd/4 4<&0 |
    od -An -v -tx1 | tr -d ' \n' | sed 's/^a166726573756c7442ff00$/logo: 2 bytes\n/'
