import { createServer, connect } from "node:net";

import { assert, client, eachClient, Gateway, gateway, raw, Redis, refused, server, test } from "./support/setup.mjs";

eachClient("Redis' errors are the client's errors", async ({ redis, key, batched }) => {
    await redis.lpush(key(), "x");
    const wrongType = "WRONGTYPE Operation against a key holding the wrong kind of value";
    await refused(
        redis.get(key()),
        batched ? `Command failed: ${wrongType}` : `${wrongType}, command was: ["get","${key()}"]`,
    );
    await refused(redis.incr(key()), wrongType);
    await refused(redis.lrange(key(), "a", "b"), "ERR value is not an integer or out of range");
    await refused(redis.exec(["NOSUCHCOMMAND", "a"]), /ERR unknown command .?NOSUCHCOMMAND/i);
    await refused(redis.exec(["GET"]), /ERR wrong number of arguments for 'get' command, command was: \["GET"\]/);
    await refused(redis.json.get(key(), "$"), /ERR unknown command .?JSON.GET/i);
    await refused(redis.hset(key(), { f: undefined }), "ERR null args are not supported");
});

test("a wrong token is told so, whatever is asked", async () => {
    const url = gateway.url;
    for (const token of ["wrong", "secre", "secrets", "SECRET"]) {
        for (const options of [{}, { enableAutoPipelining: false, responseEncoding: false }]) {
            const redis = new Redis({ url, token, ...options });
            await refused(redis.set("key", "v"), "WRONGPASS invalid or missing auth token");
            await refused(redis.get("key"), "WRONGPASS");
            await refused(redis.multi().get("key").exec(), "WRONGPASS");
            await refused(redis.pipeline().get("key").exec(), "WRONGPASS");
        }
    }
    assert.equal(server.cli("exists", "key").toString(), "0");
});

test("the client's environment names the gateway", async () => {
    process.env.UPSTASH_REDIS_REST_URL = gateway.url;
    process.env.UPSTASH_REDIS_REST_TOKEN = gateway.token;
    assert.equal(await Redis.fromEnv().ping(), "PONG");
});

test("a slash at the end of the URL does no harm", async () => {
    assert.equal(await new Redis({ url: `${gateway.url}/`, token: gateway.token }).ping(), "PONG");
});

test("whatever clients tell about themselves is ignored", async ({ key }) => {
    const redis = client();
    redis.addTelemetry?.({ sdk: "odd@v0, another", platform: "vercel", runtime: "node@v99" });
    assert.equal(await redis.set(key(), "v"), "OK");
    const headers = {
        "Upstash-Telemetry-Sdk": "x".repeat(2000),
        "Upstash-Telemetry-Retry": "-1",
        "Upstash-Telemetry-Anything": "ü%",
        "upstash-sync-token": "no token of this server",
    };
    const answer = await raw("POST", "/", { body: JSON.stringify(["GET", key()]), headers });
    assert.equal(answer.body.toString(), '{"result":"v"}');
});

test("every write moves the token for reading one's writes", async ({ key }) => {
    const redis = client();
    const seen = new Set();
    const moved = async (promise) => {
        await promise;
        const token = redis.readYourWritesSyncToken;
        assert.ok(token && !seen.has(token), `"${token}" is new`);
        seen.add(token);
    };
    await moved(redis.set(key(), "v"));
    await moved(redis.get(key()));
    await moved(redis.pipeline().set(key(), "w").exec());
    await moved(redis.multi().set(key(), "w").exec());
    await moved(redis.eval("return redis.call('set', KEYS[1], 'x')", [key()], []));
    await moved(redis.dbsize());
    const others = Array.from({ length: 10 }, () => client().incr(key("n")));
    await moved(Promise.all([...others, redis.incr(key("n"))]));
    redis.readYourWritesSyncToken = "from elsewhere";
    await moved(redis.get(key()));
    const without = client({ readYourWrites: false });
    await without.set(key(), "v");
    assert.equal(without.readYourWritesSyncToken, "");
});

/** Stands before the gateway and resets the first `failures` connections. */
async function unreliable(failures, defer) {
    const state = { connections: 0, heads: [] };
    const open = new Set();
    const proxy = createServer((socket) => {
        open.add(socket);
        socket.on("error", () => {});
        if (++state.connections <= failures) return socket.once("data", () => socket.resetAndDestroy());
        const onward = connect(gateway.port, "127.0.0.1");
        onward.on("error", () => socket.destroy());
        socket.on("data", (bytes) => state.heads.push(bytes.toString("latin1").split("\r\n\r\n")[0].toLowerCase()));
        socket.on("close", () => onward.destroy());
        socket.pipe(onward).pipe(socket);
    });
    await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    state.url = `http://127.0.0.1:${proxy.address().port}`;
    defer(() => {
        for (const socket of open) socket.destroy();
        proxy.close();
    });
    return state;
}

test("a lost connection is tried again, and the gateway takes the client's word for it", async ({ defer }) => {
    const proxy = await unreliable(2, defer);
    const redis = new Redis({ url: proxy.url, token: gateway.token, retry: { retries: 5, backoff: () => 10 } });
    assert.equal(await redis.echo("hello"), "hello");
    assert.equal(proxy.connections, 3);
    assert.match(proxy.heads[0], /upstash-telemetry-retry: 2/);
});

test("without further tries the client gives up", async ({ defer }) => {
    const proxy = await unreliable(100, defer);
    const redis = new Redis({ url: proxy.url, token: gateway.token, retry: false });
    await assert.rejects(redis.echo("hello"), /fetch failed/);
    assert.equal(proxy.connections, 2);
});

test("a gateway that is started again is found by the client's tries", async ({ key }) => {
    const first = await Gateway.start(server);
    const redis = new Redis({ url: first.url, token: first.token, retry: { retries: 300, backoff: () => 50 } });
    assert.equal(await redis.set(key(), "before"), "OK");
    await first.child.end();
    assert.equal(first.child.process.exitCode, 0);
    const waiting = redis.get(key());
    const second = await Gateway.start(server, { port: first.port });
    assert.equal(await waiting, "before");
    assert.equal(await redis.set(key(), "after"), "OK");
    assert.equal(await redis.get(key()), "after");
    await second.child.end();
});

test("a gateway that ends answers what it has begun", async ({ key }) => {
    const own = await Gateway.start(server);
    const redis = new Redis({ url: own.url, token: own.token, retry: false });
    const writes = Array.from({ length: 50 }, (_, index) =>
        redis
            .pipeline()
            .set(key(String(index)), index)
            .exec(),
    );
    await Promise.all(writes);
    await own.child.end();
    assert.equal(own.child.process.exitCode, 0);
    await assert.rejects(redis.get(key("0")), /fetch failed/);
    assert.equal(server.cli("get", key("49")).toString(), "49");
});

test("a signal ends the wait", async () => {
    const stopped = new AbortController();
    stopped.abort("stopped!");
    assert.equal(await client({ signal: stopped.signal }).exec(["GET", "key"]), "stopped!");
    const soon = client({ signal: () => AbortSignal.timeout(100), enableAutoPipelining: false });
    await assert.rejects(soon.xread("never", "$", { blockMS: 30_000 }), { name: "TimeoutError" });
});
