#!/usr/bin/env python3
"""Commands that only read, asked again until they are answered, by the standard library of Python 3.10 or newer:

REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… python3 examples/query.py
"""

import json
import os
import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ.get("REDISERVE_URL", "http://127.0.0.1:3000")
TOKEN = os.environ.get("REDISERVE_TOKEN", "")

Command = list[str | int]


def rediserve(method: str, path: str, commands: list[Command]) -> list[dict]:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = Request(URL + path, method=method, data=json.dumps(commands).encode(), headers=headers)
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def query(commands: list[Command]) -> list:
    """The results. Asks again whatever became of the last time, as nothing is changed by it; what is refused stays refused."""
    for wait in (0.1, 0.2, 0.4, 0.8, None):
        try:
            return [each["result"] for each in rediserve("QUERY", "/pipeline", commands)]
        except (OSError, HTTPException) as error:
            if wait is None or (isinstance(error, HTTPError) and error.code < 500):
                raise
            time.sleep(wait)


def main() -> None:
    rediserve("POST", "/pipeline", [["HSET", "user:1", "name", "Ada"], ["ZADD", "points", 7, "user:1"]])

    name, points = query([["HGET", "user:1", "name"], ["ZSCORE", "points", "user:1"]])
    print(f"name: {name}\npoints: {points}")

    # What would write is no question: nothing of it is done.
    try:
        query([["HGET", "user:1", "name"], ["DEL", "user:1"]])
    except HTTPError as refused:
        print(f"refused: {refused.code}")


if __name__ == "__main__":
    main()
