#!/usr/bin/env python3
"""Orders that are sent again until they are answered, and placed once, by the standard library of Python 3.10 or newer:

REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… python3 examples/retries.py
"""

import json
import os
import random
import time
import uuid
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ.get("REDISERVE_URL", "http://127.0.0.1:3000")
TOKEN = os.environ.get("REDISERVE_TOKEN", "")


class Refused(Exception):
    def __init__(self, status: int, error: str, code: str = "") -> None:
        super().__init__(error)
        self.status, self.code = status, code


def ask(method: str, path: str, body: bytes, key: str) -> tuple[int, dict[str, str], bytes]:
    fields = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": f'"{key}"'}
    try:
        with urlopen(Request(URL + path, method=method, data=body, headers=fields), timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as failure:
        return failure.code, failure.headers, failure.read()
    except (OSError, HTTPException) as error:  # no answer, or half of one
        return 0, {}, json.dumps({"error": str(error)}).encode()


def once(method: str, path: str, body: bytes, key: str | None = None) -> list | dict:
    """Sends a request until it is answered; it is done once, however often that takes."""
    key = key or str(uuid.uuid4())
    for wait in (0.1, 0.2, 0.4, 0.8, 1.6, None):
        status, headers, said = ask(method, path, body, key)
        retry_after = headers.get("Retry-After")
        if not (retry_after or status in (0, 502, 504)) or wait is None:
            break
        time.sleep(float(retry_after or wait * random.uniform(0.5, 1.5)))
    document = json.loads(said)
    if not 200 <= status < 300:
        raise Refused(status, document["error"], document.get("code", ""))
    return document


def tell(said: list) -> str:
    left, number = said
    return f"order {number['result']}, {left['result']} left"


def main() -> None:
    order = json.dumps([["DECR", "stock"], ["RPUSH", "orders", "a book for Ann"]]).encode()
    once("PUT", "/keys/stock", b"10")

    # One key for each thing to be done. As long as it is the same, so is the answer.
    key = str(uuid.uuid4())
    print(tell(once("POST", "/multi-exec", order, key)))
    print(tell(once("POST", "/multi-exec", order, key)))

    # Another key, another order.
    print(tell(once("POST", "/multi-exec", order)))

    # A key that is used for something else is a mistake, and is told so.
    try:
        once("POST", "/multi-exec", b'[["DEL","orders"]]', key)
    except Refused as error:
        print("refused:", error.code)


if __name__ == "__main__":
    main()
