#!/usr/bin/env python3
"""RediServe by the standard library of Python 3.10 or newer:

REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… python3 examples/client.py
"""

import json
import os
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

URL = os.environ.get("REDISERVE_URL", "http://127.0.0.1:3000")
TOKEN = os.environ.get("REDISERVE_TOKEN", "")


class RediServeError(Exception):
    def __init__(self, status: int, error: str, code: str = "", executed: str = "") -> None:
        super().__init__(error)
        self.status, self.code, self.executed = status, code, executed


def rediserve(method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[bytes, str | None]:
    """The answer's body and its ETag."""
    fields = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/octet-stream"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(URL + path, method=method, data=body, headers=fields)
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.read(), answer.headers["ETag"]
    except HTTPError as failure:
        try:
            said = json.load(failure)
        except ValueError:
            said = {"error": failure.reason}
        raise RediServeError(failure.code, said["error"], said.get("code", ""), said.get("executed", "")) from None


def key_path(key: str | bytes) -> str:
    return "/keys/" + quote(key, safe="")


def get(key: str | bytes) -> tuple[bytes, str | None] | None:
    """The bytes of a key and their tag, or None when it is not there."""
    try:
        return rediserve("GET", key_path(key) + "?raw")
    except RediServeError as error:
        if error.status == 404:
            return None
        raise


def main() -> None:
    # Set and get. The key may hold anything; this one is forgotten after a minute.
    rediserve("PUT", key_path("greetings/en") + "?ttl=60", b"hello")
    print("greeting:", get("greetings/en")[0].decode())

    # That a key is not there is an answer, too.
    if get("nobody") is None:
        print("nobody: not there")

    # Any bytes.
    rediserve("PUT", key_path("bytes"), bytes(range(256)))
    back, _ = get("bytes")
    if back == bytes(range(256)):
        print(f"bytes: {len(back)}, as they went")

    # No lost updates: replace only what was read. Who comes too late gets 412, reads again and decides again.
    rediserve("PUT", key_path("stock"), b"10")
    _, tag = get("stock")
    rediserve("PUT", key_path("stock"), b"9", If_Match=tag)
    try:
        rediserve("PUT", key_path("stock"), b"8", If_Match=tag)
    except RediServeError as late:
        print(f"stock: {get('stock')[0].decode()}, then {late.status}")

    # Many commands in one request. Each has a result or an error of its own.
    commands = [["SET", "visits", 40], ["INCR", "visits"], ["INCR", "visits"]]
    replies = json.loads(rediserve("POST", "/pipeline", json.dumps(commands).encode())[0])
    for reply in replies:
        if "error" in reply:
            raise RuntimeError(reply["error"])
    print("visits:", replies[-1]["result"])

    # What fails says why, for people and for programs.
    try:
        rediserve("POST", key_path("greetings/en") + "/incr")
    except RediServeError as error:
        if error.code != "not_a_number":
            raise
        print("refused:", error.code)


if __name__ == "__main__":
    main()
