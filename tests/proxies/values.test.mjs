// Values, ranges, tags and uploads, as large as they come.
import { randomBytes } from "node:crypto";

import { Http2, send } from "./support/requests.mjs";
import { redis } from "./support/redis.mjs";
import { assert, eachProxy, mebi, server } from "./support/setup.mjs";

const path = (key) => `/keys/${encodeURIComponent(key)}`;
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

eachProxy("a value of all bytes", async ({ proxy, key }) => {
    assert.equal((await send(proxy, "PUT", path(key), { body: everyByte })).status, 201);
    assert.deepEqual(await redis(server, "get", key), everyByte);
    const raw = await send(proxy, "GET", path(key), { headers: { accept: "application/octet-stream" } });
    assert.deepEqual(raw.body, everyByte);
    assert.equal(raw.headers["content-type"], "application/octet-stream");
    const got = (await send(proxy, "GET", path(key))).json;
    assert.deepEqual([Buffer.from(got.value, "base64"), got.encoding], [everyByte, "base64"]);
});

eachProxy("10 MB, there and back", async ({ proxy, key, defer }) => {
    const value = randomBytes(10 * mebi);
    assert.equal((await send(proxy, "PUT", path(key), { body: value })).status, 201);
    assert.ok((await redis(server, "get", key)).equals(value));
    assert.ok((await send(proxy, "GET", `${path(key)}?raw`)).body.equals(value));

    const pieces = Array.from({ length: 10 }, (_, piece) => value.subarray(piece * mebi, (piece + 1) * mebi));
    assert.equal((await send(proxy, "PUT", path(`${key}chunked`), { body: pieces })).status, 201);
    assert.ok((await redis(server, "get", `${key}chunked`)).equals(value));

    const session = new Http2(proxy);
    defer(() => session.close());
    assert.equal((await session.ask("PUT", path(`${key}h2`), { body: value })).status, 201);
    assert.ok((await session.ask("GET", `${path(`${key}h2`)}?raw`)).body.equals(value));
});

eachProxy("a part of a value", async ({ proxy, key }) => {
    await send(proxy, "PUT", path(key), { body: everyByte });
    const part = await send(proxy, "GET", `${path(key)}?raw`, { headers: { range: "bytes=10-19" } });
    assert.deepEqual([part.status, part.headers["content-range"]], [206, "bytes 10-19/256"]);
    assert.deepEqual(part.body, everyByte.subarray(10, 20));
    const beyond = await send(proxy, "GET", `${path(key)}?raw`, { headers: { range: "bytes=256-" } });
    assert.deepEqual([beyond.status, beyond.headers["content-range"]], [416, "bytes */256"]);
});

eachProxy("tags and conditions", async ({ proxy, key }) => {
    const body = "hello ".repeat(1000);
    const put = await send(proxy, "PUT", path(key), { body });
    const tag = put.headers.etag;
    assert.match(tag, /^"[0-9a-f]{32}"$/);

    // Who offers compression gets none, and the tag stays a strong one.
    const offering = { headers: { "accept-encoding": "gzip, deflate, br, zstd" } };
    const got = await send(proxy, "GET", path(key), offering);
    assert.deepEqual([got.headers.etag, got.headers["content-encoding"]], [tag, undefined]);
    assert.equal(got.json.value, body);

    const asked = async (method, headers, body) => (await send(proxy, method, path(key), { headers, body })).status;
    assert.equal(await asked("GET", { "if-none-match": tag }), 304);
    assert.equal(await asked("PUT", { "if-match": '"00000000000000000000000000000000"' }, "other"), 412);
    assert.equal(await asked("PUT", { "if-match": tag }, "next"), 200);
    assert.equal(await asked("DELETE", { "if-match": tag }), 412);
    assert.equal(await asked("PUT", { "if-none-match": "*" }, "new"), 412);
    assert.equal((await redis(server, "get", key)).toString(), "next");
});

eachProxy("HEAD and OPTIONS", async ({ proxy, key }) => {
    await send(proxy, "PUT", path(key), { body: everyByte });
    const head = await send(proxy, "HEAD", path(key));
    assert.deepEqual([head.status, head.headers["content-length"], head.body.length], [200, "256", 0]);
    assert.equal(head.headers["x-redis-type"], "string");
    const options = await send(proxy, "OPTIONS", path(key));
    assert.deepEqual([options.status, options.headers.allow.includes("PATCH")], [204, true]);
});

eachProxy("a client that waits for 100", async ({ proxy, key }) => {
    const sent = await send(proxy, "PUT", path(key), { body: everyByte, headers: { expect: "100-continue" } });
    assert.equal(sent.status, 201);
    assert.deepEqual(await redis(server, "get", key), everyByte);
});

eachProxy("other changes", async ({ proxy, key }) => {
    const asked = async (method, rest, body) => (await send(proxy, method, path(key) + rest, { body })).json;
    assert.equal((await asked("POST", "/incr?by=5")).value, 5);
    assert.equal((await asked("POST", "/append", "00")).size, 3);
    assert.ok((await asked("PATCH", "", '{"ttl":60}')).ttl > 0);
    assert.equal((await asked("GET", "")).value, "500");
});

eachProxy("lists of keys, as they are found", async ({ proxy, key }) => {
    const names = Array.from({ length: 300 }, (_, number) => `${key}${number}`);
    await redis(server, "mset", ...names.flatMap((name) => [name, "1"]));
    const headers = { accept: "application/x-ndjson" };
    const lines = await send(proxy, "GET", `/keys?match=${encodeURIComponent(`${key}*`)}`, { headers });
    const found = lines.body.toString().trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(new Set(found.map((one) => one.key)), new Set(names));
});
