#!/usr/bin/env python3
"""Shares jobs among workers, of whom one dies with a job in hand, by the standard library of Python 3.10 or newer:

REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… python3 examples/workers.py
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
PATIENCE = "1s"  # in earnest, longer than any job takes


def ask(method: str, path: str, document: object = None) -> None:
    body = None if document is None else json.dumps(document).encode()
    urlopen(Request(URL + path, method=method, data=body, headers=AUTHORIZATION)).close()


def jobs_of(worker: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The jobs of one worker, for ever: its own that it has not finished, what others left lying, and what is new."""
    target = f"{URL}/streams/jobs?group=mail&consumer={worker}&claim={PATIENCE}"
    while True:
        try:
            with urlopen(Request(target, headers=AUTHORIZATION), timeout=60) as lines:  # signs of life come more often
                event = {}
                for line in lines:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name:
                        event[name] = value
                        continue
                    if event.get("event") == "failed":
                        raise RuntimeError(json.loads(event["data"])["error"])
                    if "data" in event and "event" not in event:
                        yield event["id"], json.loads(event["data"])
                    event = {}
        except HTTPError as refusal:
            if refusal.code < 500:
                raise
        except (OSError, HTTPException):
            pass  # the connection broke
        time.sleep(1)


def done(job: str) -> None:
    ask("POST", "/streams/jobs/groups/mail/ack", {"ids": [job]})


def work(worker: str, *, dies: bool = False) -> None:
    for job, fields in jobs_of(worker):
        if not dies:
            print(worker, "writes to", fields["to"])
            done(job)
        return


ask("PUT", "/streams/jobs/groups/mail?from=0")
ask("POST", "/streams/jobs", {"fields": {"to": "Ada"}})
work("ann")
ask("POST", "/streams/jobs", {"fields": {"to": "Bob"}})
work("ann", dies=True)
work("ben")
ask("POST", "/streams/jobs", {"fields": {"to": "Cleo"}})
work("ben")
