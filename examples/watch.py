"""Waiting for a change, and following keys, with Python's standard library:
    REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… python3 examples/watch.py
"""

import json
import os
import threading
import urllib.error
import urllib.request

URL = os.environ.get("REDISERVE_URL", "http://127.0.0.1:3000")
TOKEN = os.environ.get("REDISERVE_TOKEN", "")


def ask(method, path, body=None, **headers):
    request = urllib.request.Request(URL + path, method=method, data=body)
    request.add_header("Authorization", f"Bearer {TOKEN}")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    return urllib.request.urlopen(request, timeout=60)


def changed(key, tag):
    """The value once it is another one than that of `tag`; asks again for as long as it takes."""
    while True:
        try:
            return ask("GET", f"/keys/{key}?raw&wait=30s", If_None_Match=tag).read().decode()
        except urllib.error.HTTPError as answer:
            if answer.code != 304:
                raise


def watch(prefix):
    """The events of all keys that begin with `prefix`, as they come."""
    event = None
    for line in ask("GET", f"/keys?watch={prefix}*"):
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            yield event, json.loads(value)


ask("PUT", "/keys/watched", b"1")
tag = ask("GET", "/keys/watched").headers["ETag"]
threading.Timer(0.1, ask, ("PUT", "/keys/watched", b"2")).start()
print("changed:", changed("watched", tag))

for event, data in watch("watched"):
    print(event, *([data["key"], data["value"]] if data else []))
    if event == "ready":
        ask("PUT", "/keys/watched", b"3")
    if data.get("value") == "3":
        break
