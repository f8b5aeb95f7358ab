#!/usr/bin/env python3
"""A value that is read, decided upon and written, with no update lost, by the standard library of Python 3.10 or newer:

REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… python3 examples/transactions.py
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

URL = os.environ.get("REDISERVE_URL", "http://127.0.0.1:3000")
TOKEN = os.environ.get("REDISERVE_TOKEN", "")


def ask(path: str, document: object = None, method: str | None = None) -> tuple[int, str, str]:
    """Returns status, ETag and text."""
    data = None if document is None else json.dumps(document).encode()
    request = Request(URL + path, data=data, method=method, headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers.get("ETag", ""), answer.read().decode()
    except HTTPError as failure:
        if failure.code == 412:
            return 412, "", failure.read().decode()
        raise


def update(key: str, change) -> str:
    """Replaces what the key holds by what `change` makes of it, and counts that; nobody's change is lost."""
    while True:
        _, tag, text = ask(f"/keys/{quote(key, safe='')}?raw")
        value = change(text)
        commands = [["SET", key, value], ["INCR", "changes"]]
        status, _, _ = ask("/multi-exec", {"if": [{"key": key, "etag": tag}], "commands": commands})
        if status != 412:
            return value


def main() -> None:
    ask("/keys/points", 0, "PUT")
    ask("/keys/changes", 0, "PUT")

    # All at once: each reads, adds its own, and writes only what is not outdated.
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda share: update("points", lambda value: str(int(value) + share)), range(1, 9)))

    print("points:", ask("/keys/points?raw")[2])
    print("changes:", ask("/keys/changes?raw")[2])


if __name__ == "__main__":
    main()
