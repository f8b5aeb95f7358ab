import { assert, client, eachClient, raw, refused, server, test, until } from "./support/setup.mjs";

eachClient("streams are written and read", async ({ redis, key }) => {
    assert.equal(await redis.xadd(key(), "1-1", { text: "one", number: 1, object: { a: [1] } }), "1-1");
    assert.equal(await redis.xadd(key(), "2-*", { text: "two" }), "2-0");
    assert.match(await redis.xadd(key(), "*", { text: "three" }), /^\d{13}-\d+$/);
    assert.equal(await redis.xadd(key("none"), "*", { a: 1 }, { nomkStream: true }), null);
    assert.equal(await redis.xlen(key()), 3);
    const first = { "1-1": { text: "one", number: 1, object: { a: [1] } } };
    assert.deepEqual(await redis.xrange(key(), "-", "+", 1), first);
    assert.deepEqual(await redis.xrange(key(), "1", "2"), { ...first, "2-0": { text: "two" } });
    assert.deepEqual(Object.keys(await redis.xrevrange(key(), "2", "-")), ["2-0", "1-1"]);
    assert.deepEqual(await redis.xrange(key("none"), "-", "+"), {});
    assert.equal(await redis.xdel(key(), "1-1"), 1);
    assert.equal(await redis.xtrim(key(), { strategy: "MAXLEN", exactness: "=", threshold: 1 }), 1);
    assert.equal(typeof (await redis.xtrim(key(), { strategy: "MAXLEN", threshold: 1 })), "number");
    const trim = { type: "MAXLEN", comparison: "=", threshold: 1 };
    await redis.xadd(key(), "*", { a: 1 }, { trim });
    assert.equal(await redis.xlen(key()), 1);
});

eachClient("several streams are read at once", async ({ redis, key }) => {
    await redis.xadd(key("a"), "1-1", { f: "x" });
    await redis.xadd(key("b"), "2-1", { f: "OK", n: 5 });
    const both = await redis.xread([key("a"), key("b")], ["0-0", "0-0"], { count: 5 });
    assert.deepEqual(both, [
        [key("a"), [["1-1", ["f", "x"]]]],
        [key("b"), [["2-1", ["f", "OK", "n", 5]]]],
    ]);
    assert.equal(await redis.xread(key("a"), "1-1"), null);
});

eachClient("consumer groups share a stream", async ({ redis, key }) => {
    const create = { type: "CREATE", group: "group", id: "0", options: { MKSTREAM: true } };
    assert.equal(await redis.xgroup(key(), create), "OK");
    await refused(redis.xgroup(key(), create), "BUSYGROUP Consumer Group name already exists");
    assert.equal(await redis.xgroup(key(), { type: "CREATECONSUMER", group: "group", consumer: "idle" }), 1);
    await redis.xadd(key(), "1-1", { n: 1 });
    await redis.xadd(key(), "2-1", { n: 2 });
    const taken = await redis.xreadgroup("group", "ann", key(), ">", { count: 1 });
    assert.deepEqual(taken, [[key(), [["1-1", ["n", 1]]]]]);
    assert.deepEqual(await redis.xreadgroup("group", "bob", key(), ">"), [[key(), [["2-1", ["n", 2]]]]]);
    assert.equal(await redis.xreadgroup("group", "bob", key(), ">"), null);
    const pending = await redis.xpending(key(), "group", "-", "+", 10);
    assert.deepEqual(
        pending.map(([id, consumer, , count]) => [id, consumer, count]),
        [
            ["1-1", "ann", 1],
            ["2-1", "bob", 1],
        ],
    );
    assert.equal((await redis.xpending(key(), "group", "-", "+", 10, { consumer: "ann" })).length, 1);
    assert.deepEqual(await redis.xclaim(key(), "group", "bob", 0, "1-1"), [["1-1", ["n", 1]]]);
    const [next, claimed] = await redis.xautoclaim(key(), "group", "cat", 0, "0-0", { count: 1 });
    assert.deepEqual([next, claimed], ["2-1", [["1-1", ["n", 1]]]]);
    assert.equal(await redis.xack(key(), "group", ["1-1", "2-1"]), 2);
    const [info] = await redis.xinfo(key(), { type: "GROUPS" });
    assert.deepEqual(info.slice(0, 6), ["name", "group", "consumers", 4, "pending", 0]);
    assert.equal((await redis.xinfo(key(), { type: "CONSUMERS", group: "group" })).length, 4);
    assert.equal(await redis.xgroup(key(), { type: "DELCONSUMER", group: "group", consumer: "idle" }), 0);
    assert.equal(await redis.xgroup(key(), { type: "SETID", group: "group", id: "0" }), "OK");
    assert.equal(await redis.xgroup(key(), { type: "DESTROY", group: "group" }), 1);
    await refused(redis.xreadgroup("group", "ann", key(), ">"), "NOGROUP");
});

eachClient("a blocking read waits for what comes, at most so long", async ({ redis, key }) => {
    assert.equal(await redis.xread(key(), "$", { blockMS: 50 }), null);
    const blocked = Number(server.info("clients", "blocked_clients"));
    const waiting = redis.xread(key(), "$", { blockMS: 20_000 });
    await until(() => Number(server.info("clients", "blocked_clients")) > blocked, "XREAD blocks");
    await client().xadd(key(), "5-5", { f: "v" });
    assert.deepEqual(await waiting, [[key(), [["5-5", ["f", "v"]]]]]);
});

eachClient("a blocking read holds nobody up", async ({ redis, key }) => {
    await redis.xgroup(key(), { type: "CREATE", group: "STREAMS", id: "$", options: { MKSTREAM: true } });
    const waiting = redis.xreadgroup("STREAMS", "BLOCK", key(), ">", { blockMS: 20_000, count: 1 });
    await until(() => Number(server.info("clients", "blocked_clients")) > 0, "XREADGROUP blocks");
    for (let i = 0; i < 20; i++) assert.equal(await client().incr(key("n")), i + 1);
    await client().xadd(key(), "5-5", { f: "v" });
    assert.deepEqual(await waiting, [[key(), [["5-5", ["f", "v"]]]]]);
});

eachClient("lists are waited for", async ({ redis, key }) => {
    const waiting = redis.exec(["BLPOP", key("a"), key("b"), "20"]);
    await until(() => Number(server.info("clients", "blocked_clients")) > 0, "BLPOP blocks");
    await client().rpush(key("b"), "x");
    assert.deepEqual(await waiting, [key("b"), "x"]);
    assert.equal(await redis.exec(["BLPOP", key("a"), "0.05"]), null);
});

test("who leaves takes nothing", async ({ key }) => {
    const controller = new AbortController();
    const leaving = client({ signal: controller.signal, retry: false });
    const waiting = leaving.exec(["BLPOP", key(), "60"]);
    await until(() => Number(server.info("clients", "blocked_clients")) > 0, "BLPOP blocks");
    controller.abort("gone!");
    assert.equal(await waiting, "gone!");
    await until(() => server.info("clients", "blocked_clients") === "0", "BLPOP is given up");
    await client().rpush(key(), "x");
    assert.deepEqual(await client().lrange(key(), 0, -1), ["x"]);
});

test("in a transaction nothing blocks", async ({ key }) => {
    const body = JSON.stringify([["BLPOP", key(), "30"], ["PING"]]);
    const answer = await raw("POST", "/multi-exec", { body });
    assert.deepEqual(JSON.parse(answer.body), [{ result: null }, { result: "PONG" }]);
});
