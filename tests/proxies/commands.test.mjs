// The command API, and errors, which pass through as the gateway has made them.
import { send } from "./support/requests.mjs";
import { redis } from "./support/redis.mjs";
import { assert, eachProxy, mebi, Proxy, RedisServer, server, startGateway, upstream } from "./support/setup.mjs";

const path = (key) => `/keys/${encodeURIComponent(key)}`;
const all = (error) => [error.error !== "", error.code];

eachProxy("commands: one, many, a transaction, in the path", async ({ proxy, key }) => {
    const asked = async (where, body) => (await send(proxy, "POST", where, { body: JSON.stringify(body) })).json;
    assert.deepEqual(await asked("/", ["SET", key, { $b64: "/wA=" }]), { result: "OK" });
    assert.deepEqual(await redis(server, "get", key), Buffer.from([0xff, 0]));
    assert.deepEqual(await asked("/pipeline", [["INCR", `${key}n`], ["LPUSH", key, "x"]]), [
        { result: 1 },
        { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
    ]);
    assert.deepEqual(await asked("/multi-exec", [["INCR", `${key}n`], ["GET", `${key}n`]]), [{ result: 2 }, { result: "2" }]);

    const set = await send(proxy, "POST", `/set/${encodeURIComponent(key)}?EX=100`, { body: "of the body" });
    assert.deepEqual(set.json, { result: "OK" });
    const encoding = { headers: { "upstash-encoding": "base64" } };
    const got = await send(proxy, "GET", `/get/${encodeURIComponent(key)}`, encoding);
    assert.equal(Buffer.from(got.json.result, "base64").toString(), "of the body");
});

eachProxy("QUERY, a method that is newer than they are", async ({ proxy, key }) => {
    const as = { headers: { "content-type": "application/json" } };
    const asked = (where, commands, how = as) => send(proxy, "QUERY", where, { body: JSON.stringify(commands), ...how });
    await redis(server, "set", key, "v");
    assert.deepEqual((await asked("/", ["GET", key])).json, { result: "v" });
    assert.deepEqual((await asked("/pipeline", [["GET", key], ["STRLEN", key]])).json, [{ result: "v" }, { result: 1 }]);
    const refused = await asked("/pipeline", [["GET", key], ["DEL", key]]);
    const types = '"application/json", "application/msgpack", "application/cbor"';
    assert.deepEqual([refused.status, refused.headers["accept-query"]], [422, types]);
});

eachProxy("errors of 4xx", async ({ proxy, key }) => {
    const missing = await send(proxy, "GET", path(key));
    assert.deepEqual([missing.status, ...all(missing.json)], [404, true, "not_found"]);
    assert.equal(missing.headers["content-type"], "application/json");

    const stranger = await send(proxy, "GET", path(key), { headers: { authorization: "Bearer wrong" } });
    assert.deepEqual([stranger.status, stranger.json.code], [401, "unauthorized"]);
    assert.match(stranger.headers["www-authenticate"], /^Bearer/);

    const method = await send(proxy, "POST", path(key));
    assert.deepEqual([method.status, method.json.code], [405, "method_not_allowed"]);
    assert.match(method.headers.allow, /PUT/);

    const condition = await send(proxy, "PUT", `${path(key)}?xx`, { body: "x" });
    assert.deepEqual([condition.status, condition.json.code], [412, "precondition_failed"]);

    const id = `id-of-${proxy.kind}`;
    const named = await send(proxy, "GET", path(key), { headers: { "x-request-id": id } });
    assert.equal(named.headers["x-request-id"], id);
});

// The gateway here takes 16 MiB; it refuses by the length, or when a chunk is one too many.
eachProxy("a body that is too large", async ({ proxy, kind, key }) => {
    const body = Buffer.alloc(17 * mebi, "x");
    const pieces = Array.from({ length: 17 }, (_, piece) => body.subarray(piece * mebi, (piece + 1) * mebi));
    const waiting = await send(proxy, "PUT", path(key), { body, headers: { expect: "100-continue" } });
    assert.deepEqual([waiting.status, waiting.json.code], [413, "too_large"]);
    for (const sent of [body, pieces]) {
        const answer = await send(proxy, "PUT", path(key), { body: sent }).catch((error) => error);
        // Caddy does not listen for long to who goes on sending.
        if (kind !== "caddy" || !(answer instanceof Error)) assert.deepEqual([answer.status, answer.json?.code], [413, "too_large"]);
    }
    assert.equal((await redis(server, "exists", key)).toString(), ":0\r\n");
});

eachProxy("Redis is too slow, then gone", async ({ kind, key, defer }) => {
    const own = await RedisServer.start();
    const gateway = await startGateway(own);
    const proxy = await Proxy.start(kind, upstream(gateway));
    defer(() => Promise.all([own, gateway, proxy].map((each) => each.child.end("SIGKILL"))));

    await redis(own, "client", "pause", "600000", "all");
    const late = await send(proxy, "PUT", path(key), { body: "x", headers: { prefer: "wait=2" } });
    assert.deepEqual([late.status, late.json.code, late.json.executed], [504, "redis_timeout", "maybe"]);

    await own.child.end("SIGKILL");
    const answers = [];
    // The gateway's own word at first; later that of a proxy that has asked /readyz.
    const until = Date.now() + 5000;
    do answers.push(await send(proxy, "PUT", path(key), { body: "x" }));
    while (Date.now() < until);
    for (const { status, headers, json } of answers.slice(1)) {
        assert.deepEqual([status, json.code, json.executed], [503, "redis_unavailable", "no"]);
        assert.match(headers["retry-after"], /^\d+$/);
    }
});
