#!/usr/bin/env python3
"""Follows a stream across ends of the connection, by the standard library of Python 3.10 or newer:

REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… python3 examples/streams.py
"""

import json
import os
import time
from collections.abc import Iterator
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ.get("REDISERVE_URL", "http://127.0.0.1:3000")
AUTHORIZATION = {"Authorization": "Bearer " + os.environ.get("REDISERVE_TOKEN", "")}


def append(stream: str, fields: dict[str, str]) -> None:
    body = json.dumps({"fields": fields}).encode()
    urlopen(Request(f"{URL}/streams/{stream}", method="POST", data=body, headers=AUTHORIZATION)).close()


def follow(stream: str, last: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The entries behind `last`, for ever. Whoever keeps the last id can go on from there whenever they like."""
    while True:
        try:
            request = Request(f"{URL}/streams/{stream}", headers=AUTHORIZATION | {"Last-Event-ID": last})
            with urlopen(request, timeout=60) as lines:  # signs of life come more often
                event = {}
                for line in lines:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name:
                        event[name] = value
                        continue
                    last = event.get("id", last)
                    if event.get("event") == "reset":
                        print("entries are gone that were never seen")
                    if "data" in event and "event" not in event:
                        yield last, json.loads(event["data"])
                    event = {}
        except HTTPError as refusal:
            if refusal.code < 500:
                raise
        except (OSError, HTTPException):
            pass  # the connection broke
        time.sleep(1)


def take(count: int, last: str) -> str:
    for last, fields in follow("orders", last):
        print(json.dumps(fields, separators=(",", ":")))
        count -= 1
        if count == 0:
            break
    return last


append("orders", {"for": "Ann"})
append("orders", {"for": "Ben"})
seen = take(1, "0")
seen = take(1, seen)
append("orders", {"for": "Cleo"})
take(1, seen)
