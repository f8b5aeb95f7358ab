// Connections to the gateway are kept and used again; it may come and go; and nothing is sent twice.

import { randomUUID } from "node:crypto";

import { Http2, send, token } from "./support/requests.mjs";
import { Relay } from "./support/relay.mjs";
import { redis } from "./support/redis.mjs";
import { assert, eachProxy, gateway, Proxy, server, startGateway, until, upstream } from "./support/setup.mjs";

async function accepted() {
    const headers = { authorization: `Bearer ${token}` };
    const metrics = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
    return Number(metrics.match(/^rediserve_http_connections_accepted_total (\d+)/m)[1]);
}

// Every client comes by a connection of its own; in between, the other proxies may ask how the gateway is.
eachProxy("connections are used again", async ({ proxy }) => {
    const before = await accepted();
    for (let request = 0; request < 200; request++) assert.equal((await send(proxy, "GET", "/keys?key=a")).status, 200);
    const taken = (await accepted()) - before;
    assert.ok(taken < 100, `${taken} connections for 200 requests`);
});

eachProxy("the gateway is started again", async ({ kind, key, defer }) => {
    let own = await startGateway(server);
    const proxy = await Proxy.start(kind, upstream(own));
    defer(() => Promise.all([own, proxy].map((each) => each.child.end("SIGKILL"))));
    const status = async () => (await send(proxy, "PUT", `/keys/${encodeURIComponent(key)}`, { body: "x" })).status;
    assert.equal(await status(), 201);
    await own.child.end("SIGTERM");

    const away = await until(async () => {
        const answer = await send(proxy, "GET", "/keys/a");
        return answer.status !== 404 && answer;
    }, "it is away");
    assert.ok([502, 503].includes(away.status), `${away.status}`);
    assert.ok(["bad_gateway", "redis_unavailable"].includes(away.json.code), away.json.code);
    assert.equal(away.headers["content-type"], "application/json");

    // Failures are no reason to write keys and tickets down.
    assert.ok((await send(proxy, "GET", "/get/very-secret?_token=very-secret")).status >= 500);

    own = await startGateway(server, { port: own.port });
    await until(async () => (await status()) === 200, "service returns", 30_000);
    assert.doesNotMatch(proxy.child.output, /very-secret/);
});

// nginx and Caddy notice it by requests, which those cost; HAProxy sends even these to the gateway that is left.
eachProxy("one of two gateways dies", async ({ kind, key, defer }) => {
    const both = [await startGateway(server), await startGateway(server)];
    const proxy = await Proxy.start(kind, ...both.map(upstream));
    defer(() => Promise.all([...both, proxy].map((each) => each.child.end("SIGKILL"))));
    const statuses = async (requests) => {
        const found = [];
        for (let request = 0; request < requests; request++)
            found.push((await send(proxy, "POST", "/", { body: JSON.stringify(["INCR", key]) })).status);
        return found;
    };
    assert.deepEqual(new Set(await statuses(20)), new Set([200]));
    const served = both.map((each) => each.child.output.match(/"event":"audit"/g)?.length ?? 0);
    assert.ok(Math.min(...served) > 0, `one of them is never asked: ${served}`);

    await both[0].child.end("SIGKILL");
    const failed = (await statuses(40)).filter((status) => status !== 200);
    assert.ok(failed.length <= (kind === "haproxy" ? 0 : 20), `${failed}`);
    // Each was run once, or, where it has failed, not at all.
    assert.equal(Number(await redis(server, "get", key)), 60 - failed.length);
});

// The gateway has run each of these when its answer is lost on the way, on a connection that was kept from before.
const writes = {
    "POST of a command": (key) => ["POST", "/", JSON.stringify(["INCR", key])],
    "GET of a command": (key) => ["GET", `/incr/${key}`],
    "POST of a key": (key) => ["POST", `/keys/${key}/incr`],
    "HEAD of a command": (key) => ["HEAD", `/incr/${key}`],
    "PUT of a command": (key) => ["PUT", `/incr/${key}`],
    "POST with an idempotency key": (key) => ["POST", `/keys/${key}/incr`, undefined, () => ({ "idempotency-key": randomUUID() })],
    "the same by another name": (key) => ["POST", `/keys/${key}/incr`, undefined, { "x-idempotency-key": "1" }],
};

// Sends the write until connections are kept, then loses its answer; gives how often it was run, and that answer.
async function runsWhenLost(relay, key, ask) {
    // Proxies with workers keep connections for each of them: all have some then.
    for (let round = 0; round < 16; round++) assert.equal((await ask()).status, 200);
    const count = async () => Number(await redis(server, "get", key));
    const [runs, lost] = [await count(), relay.lost];
    relay.loses = new RegExp(key);
    const answer = await ask().catch((error) => error);
    relay.loses = undefined;
    assert.equal(relay.lost - lost, 1);
    return [(await count()) - runs, answer];
}

eachProxy("a write is not sent twice", async ({ kind, defer }) => {
    const relay = await Relay.start(gateway.port);
    const proxy = await Proxy.start(kind, relay.address);
    const session = new Http2(proxy);
    defer(async () => {
        session.close();
        await proxy.child.end("SIGKILL");
        relay.server.close();
    });
    const ways = {
        "HTTP/1.1": (method, path, options) => send(proxy, method, path, options),
        "HTTP/2": (method, path, options) => session.ask(method, path, options),
    };
    for (const [index, [name, write]] of Object.entries(writes).entries())
        for (const [way, ask] of Object.entries(ways)) {
            const key = `${kind}-once-${index}-${way.replace(/\W/g, "")}`;
            const [method, path, body, headers] = write(key);
            const anew = () => (typeof headers === "function" ? headers() : headers);   // a key for each write
            const [runs, answer] = await runsWhenLost(relay, key, () => ask(method, path, { body, headers: anew() }));
            assert.equal(runs, 1, `${name}, ${way}`);
            // Later versions of HAProxy end the client's connection, as would have happened without a proxy.
            if (kind !== "haproxy" || !(answer instanceof Error)) assert.equal(answer.status, 502, `${name}, ${way}`);
            if (answer.body?.length) assert.equal(JSON.parse(answer.body).executed, "maybe");
            // A proxy that has put the gateway aside takes it back.
            await until(async () => (await send(proxy, "GET", "/keys?key=a")).status === 200, "service goes on", 30_000);
        }
});
