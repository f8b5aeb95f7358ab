import { assert, client, eachClient, raw, refused, server, test } from "./support/setup.mjs";

eachClient("a pipeline answers in order", async ({ redis, key }) => {
    const pipeline = redis.pipeline();
    pipeline
        .set(key("a"), "OK")
        .get(key("a"))
        .set(key("a"), { n: 1 })
        .get(key("a"))
        .incr(key("n"))
        .hset(key("h"), { f: 1 });
    pipeline.hgetall(key("h")).get(key("none")).lrange(key("none"), 0, -1).zadd(key("z"), { score: 1.5, member: "m" });
    pipeline.zrange(key("z"), 0, -1, { withScores: true }).type(key("z"));
    assert.equal(pipeline.length(), 12);
    const answers = ["OK", "OK", "OK", { n: 1 }, 1, 1, { f: 1 }, null, [], 1, ["m", 1.5], "zset"];
    assert.deepEqual(await pipeline.exec(), answers);
});

eachClient("a failing command of a pipeline leaves the others alone", async ({ redis, key }) => {
    const pipeline = () =>
        redis.pipeline().set(key(), "x").incr(key()).set(key("u"), undefined).append(key(), "y").get(key());
    await refused(pipeline().exec(), "Command 2 [ incr ] failed: ERR value is not an integer or out of range");
    assert.equal(await redis.get(key()), "xy");
    const answers = await pipeline().exec({ keepErrors: true });
    assert.deepEqual(answers, [
        { error: undefined, result: "OK" },
        { error: "ERR value is not an integer or out of range", result: undefined },
        { error: "ERR null args are not supported", result: undefined },
        { error: undefined, result: 2 },
        { error: undefined, result: "xy" },
    ]);
});

eachClient("a transaction runs as a whole", async ({ redis, key }) => {
    const transaction = redis
        .multi()
        .set(key(), "1")
        .incr(key())
        .get(key())
        .mget(key(), key("none"))
        .lrange(key("l"), 0, -1);
    assert.deepEqual(await transaction.exec(), ["OK", 2, 2, [2, null], []]);
});

eachClient("a command that fails in a transaction leaves the others done", async ({ redis, key }) => {
    const transaction = () => redis.multi().set(key(), "x").incr(key()).get(key());
    await refused(transaction().exec(), "Command 2 [ incr ] failed: ERR value is not an integer or out of range");
    assert.equal(await redis.get(key()), "x");
    const [first, second, third] = await transaction().exec({ keepErrors: true });
    assert.deepEqual(
        [first.result, second.error, third.result],
        ["OK", "ERR value is not an integer or out of range", "x"],
    );
});

eachClient("a transaction with a command that cannot be is not begun", async ({ redis, key }) => {
    await redis.set(key(), "old");
    await refused(
        redis.multi().set(key(), "new").functions.call("none", [key()], []).exec(),
        /Command 2 .* failed: ERR Function not found/,
    );
    await redis.set(key(), "old");
    await refused(redis.multi().set(key(), "new").json.get(key()).exec(), "ERR unknown command");
    assert.equal(await redis.get(key()), "old");
    await refused(redis.multi().set(key(), "new").set(key(), undefined).exec(), "ERR null args are not supported");
    assert.equal(await redis.get(key()), "old");
    await refused(redis.multi().set(key(), "new").getrange(key(), 1).exec(), "ERR wrong number of arguments");
    assert.equal(await redis.get(key()), "old");
});

eachClient("transactions of many clients do not mix", async ({ redis, key }) => {
    const one = async (name) => {
        const transaction = redis.multi();
        for (let i = 0; i < 5; i++) transaction.rpush(key(), name);
        await transaction.exec();
    };
    await Promise.all(Array.from({ length: 40 }, (_, index) => one(index)));
    const list = await redis.lrange(key(), 0, -1);
    assert.equal(list.length, 200);
    for (let i = 0; i < 200; i += 5) assert.equal(new Set(list.slice(i, i + 5)).size, 1);
});

test("a thousand calls go out in one request", async ({ key }) => {
    const redis = client();
    const counted = await Promise.all(Array.from({ length: 1000 }, () => redis.incr(key())));
    assert.deepEqual(
        counted,
        Array.from({ length: 1000 }, (_, index) => index + 1),
    );
    assert.equal(redis.pipelineCounter, 1);
    const names = Array.from({ length: 2500 }, (_, index) => key(String(index)));
    await Promise.all(names.map((name) => redis.set(name, { name })));
    assert.equal(redis.pipelineCounter, 4);
    const read = await Promise.all(names.map((name) => redis.get(name)));
    assert.deepEqual(
        read,
        names.map((name) => ({ name })),
    );
    assert.equal(redis.pipelineCounter, 7);
});

test("unrelated calls in one batch fail by themselves", async ({ key }) => {
    const redis = client();
    await redis.lpush(key("list"), "x");
    const calls = [
        redis.set(key("a"), 1),
        redis.set(key("b"), undefined),
        redis.hset(key("h"), { a: undefined, b: null, c: NaN }),
        redis.set(key("c"), null),
        redis.set(key("d"), NaN),
        redis.set(key("e"), Infinity),
        redis.incr(key("list")),
        redis.json.set(key("j"), "$", { a: 1 }),
        redis.functions.call("none", [], []),
        redis.eval("return redis.error_reply('MINE is broken')", [], []),
        redis.set(key("f"), "last"),
    ];
    const outcomes = await Promise.allSettled(calls);
    assert.equal(redis.pipelineCounter, 2);
    const failed = (text) => (outcome) => {
        assert.equal(outcome.status, "rejected");
        assert.ok(outcome.reason.message.startsWith(`Command failed: ${text}`), outcome.reason.message);
    };
    const done = (value) => (outcome) => assert.deepEqual(outcome, { status: "fulfilled", value });
    const noNulls = failed("ERR null args are not supported");
    const expected = [
        done("OK"),
        noNulls,
        noNulls,
        done("OK"),
        noNulls,
        noNulls,
        failed("WRONGTYPE Operation against a key holding the wrong kind of value"),
        failed("ERR unknown command"),
        failed("ERR Function not found"),
        failed("MINE is broken"),
        done("OK"),
    ];
    expected.forEach((check, index) => check(outcomes[index]));
    assert.equal(server.cli("get", key("c")).toString(), "null");
    assert.equal(await redis.exists(key("b"), key("d"), key("e"), key("h")), 0);
});

test("what a client says about itself is taken and not passed on", async () => {
    const redis = client();
    assert.equal(await redis.clientSetinfo("LIB-NAME", "somebody"), "OK");
    assert.ok(!server.cli("client", "list").toString().includes("somebody"));
});

test("commands that belong to a connection are refused one by one", async () => {
    const refusal = (name) => `ERR Command "${name}" is not allowed in REST or it has a special context path`;
    for (const command of ["MULTI", "WATCH", "SUBSCRIBE", "MONITOR", "AUTH", "RESET", "QUIT"]) {
        await refused(client().exec([command, "x"]), refusal(command));
    }
    const body = JSON.stringify([["ping"], ["multi"], ["Ping"]]);
    const answer = await raw("POST", "/pipeline", { body });
    assert.deepEqual(JSON.parse(answer.body), [{ result: "PONG" }, { error: refusal("MULTI") }, { result: "PONG" }]);
});

test("an empty pipeline is refused by the client itself", async () => {
    await assert.rejects(client().pipeline().exec(), /Pipeline is empty/);
});
