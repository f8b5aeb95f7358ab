#!/usr/bin/env python3
"""Replies with their types by the standard library of Python 3.10 or newer:

REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… python3 examples/typed.py
"""

import base64
import json
import os
from typing import Any
from urllib.request import Request, urlopen

URL = os.environ.get("REDISERVE_URL", "http://127.0.0.1:3000")
TOKEN = os.environ.get("REDISERVE_TOKEN", "")


def plain(value: Any) -> Any:
    """What a typed value is in Python."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, inner),) = value.items()
        if name == "$b64":
            return base64.b64decode(inner)
        if name == "$set":
            return set(plain(inner))
        if name == "$map":
            return dict(plain(inner))
        if name in ("$verbatim", "$attributes"):
            return plain(inner[1])
    return {name: plain(each) for name, each in value.items()}


def pipeline(*commands: list[Any]) -> list[Any]:
    fields = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/vnd.rediserve.typed+json"}
    request = Request(f"{URL}/pipeline", data=json.dumps(commands).encode(), headers=fields)
    with urlopen(request, timeout=10) as answer:
        return [plain(each["result"]) for each in json.load(answer)]


_, _, _, _, user, tags, score, logo = pipeline(
    ["HSET", "user:1", "name", "Ada", "age", 36],
    ["SADD", "tags", "fast", "small"],
    ["ZADD", "scores", 1.5, "ada"],
    ["SET", "logo", {"$b64": base64.b64encode(bytes([255, 0])).decode()}],
    ["HGETALL", "user:1"],
    ["SMEMBERS", "tags"],
    ["ZSCORE", "scores", "ada"],
    ["GET", "logo"],
)
print(f"user: {user['name']}, {user['age']}")
print(f"tags: {', '.join(sorted(tags))}")
print(f"half the score: {score / 2}")
print(f"logo: {len(logo)} bytes")
