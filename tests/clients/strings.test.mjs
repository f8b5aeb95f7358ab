import { assert, eachClient, refused } from "./support/setup.mjs";

eachClient("strings are set, read and deleted", async ({ redis, key }) => {
    assert.equal(await redis.set(key(), "bar"), "OK");
    assert.equal(await redis.get(key()), "bar");
    assert.equal(await redis.strlen(key()), 3);
    assert.equal(await redis.append(key(), "!"), 4);
    assert.equal(await redis.getrange(key(), 1, 3), "ar!");
    assert.equal(await redis.setrange(key(), 1, "o"), 4);
    assert.equal(await redis.getset(key(), "new"), "bor!");
    assert.equal(await redis.getdel(key()), "new");
    assert.equal(await redis.get(key()), null);
});

eachClient("set obeys its conditions and answers the old value", async ({ redis, key }) => {
    assert.equal(await redis.set(key(), "a", { xx: true }), null);
    assert.equal(await redis.set(key(), "a", { nx: true }), "OK");
    assert.equal(await redis.set(key(), "b", { nx: true }), null);
    assert.equal(await redis.set(key(), "c", { get: true }), "a");
    assert.equal(await redis.set(key(), "d", { xx: true, get: true }), "c");
    assert.equal(await redis.setnx(key(), "e"), 0);
    assert.equal(await redis.setnx(key("other"), "e"), 1);
});

eachClient("set gives times to live", async ({ redis, key }) => {
    const soon = Math.floor(Date.now() / 1000) + 1000;
    const options = [{ ex: 1000 }, { px: 1_000_000 }, { exat: soon }, { pxat: soon * 1000 }, { keepTtl: true }];
    for (const option of options) {
        assert.equal(await redis.set(key(), "v", option), "OK");
        const seconds = await redis.ttl(key());
        assert.ok(seconds > 800 && seconds <= 1000, `${JSON.stringify(option)}: ${seconds}`);
    }
    await redis.set(key(), "v");
    assert.equal(await redis.ttl(key()), -1);
    assert.equal(await redis.setex(key(), 1000, "v"), "OK");
    assert.equal(await redis.psetex(key("ms"), 1_000_000, "v"), "OK");
    assert.ok((await redis.pttl(key("ms"))) > 800_000);
    assert.equal(await redis.getex(key(), { persist: true }), "v");
    assert.equal(await redis.ttl(key()), -1);
    assert.equal(await redis.getex(key(), { ex: 500 }), "v");
    assert.ok((await redis.ttl(key())) > 300);
});

eachClient("many keys go in one command", async ({ redis, key }) => {
    assert.equal(await redis.mset({ [key("a")]: 1, [key("b")]: "two", [key("c")]: { three: 3 } }), "OK");
    assert.deepEqual(await redis.mget(key("a"), key("b"), key("c"), key("none")), [1, "two", { three: 3 }, null]);
    assert.deepEqual(await redis.mget([key("b"), key("a")]), ["two", 1]);
    assert.equal(await redis.msetnx({ [key("c")]: 1, [key("d")]: 1 }), 0);
    assert.equal(await redis.exists(key("a"), key("b"), key("d")), 2);
    assert.equal(await redis.msetnx({ [key("d")]: 1, [key("e")]: 1 }), 1);
});

eachClient("counters count", async ({ redis, key }) => {
    assert.equal(await redis.incr(key()), 1);
    assert.equal(await redis.incrby(key(), 41), 42);
    assert.equal(await redis.decr(key()), 41);
    assert.equal(await redis.decrby(key(), 50), -9);
    assert.equal(await redis.incrbyfloat(key(), 0.5), -8.5);
    assert.equal(await redis.get(key()), -8.5);
    await refused(redis.incr(key()), "ERR value is not an integer or out of range");
});

eachClient("numbers keep every digit", async ({ redis, key }) => {
    const beyond = "9007199254740993"; // 2^53 + 1, which no double can hold
    await redis.set(key(), beyond);
    assert.equal(await redis.get(key()), beyond);
    assert.equal(await redis.incr(key()), 9007199254740994);
    assert.equal(await redis.get(key()), 9007199254740994);
    assert.equal(await redis.incrby(key(), 1), 9007199254740996 - 1); // what JSON.parse makes of …995
    assert.equal(await redis.get(key()), "9007199254740995");
    await redis.set(key(), "9223372036854775807");
    assert.equal(await redis.get(key()), "9223372036854775807");
    await refused(redis.incr(key()), "ERR increment or decrement would overflow");
    await redis.set(key(), "-9223372036854775808");
    assert.equal(await redis.get(key()), "-9223372036854775808");
});

eachClient("numbers arrive as JavaScript writes them", async ({ redis, key }) => {
    const numbers = [0, -1, 1.5, 0.1 + 0.2, 1e21, 1e-7, 2 ** 53, Number.MAX_VALUE, Number.MIN_VALUE, -1234.5678];
    for (const number of numbers) {
        await redis.set(key(), number);
        assert.equal(await redis.get(key()), number);
    }
    await redis.set(key(), "007");
    assert.equal(await redis.get(key()), "007");
    await redis.set(key(), "1.0");
    assert.equal(await redis.get(key()), "1.0");
});

eachClient("bits are set, counted and found", async ({ redis, key }) => {
    assert.equal(await redis.setbit(key("a"), 7, 1), 0);
    assert.equal(await redis.setbit(key("a"), 7, 1), 1);
    assert.equal(await redis.getbit(key("a"), 7), 1);
    assert.equal(await redis.getbit(key("a"), 100), 0);
    await redis.setbit(key("b"), 0, 1);
    assert.equal(await redis.bitcount(key("a")), 1);
    assert.equal(await redis.bitcount(key("a"), 1, 2), 0);
    assert.equal(await redis.bitpos(key("a"), 1), 7);
    assert.equal(await redis.bitop("or", key("both"), key("a"), key("b")), 1);
    assert.equal(await redis.bitcount(key("both")), 2);
    assert.equal(await redis.bitop("not", key("not"), key("a")), 1);
    assert.equal(await redis.bitcount(key("not")), 7);
});

eachClient("bit fields are read and written", async ({ redis, key }) => {
    const pipeline = redis.pipeline();
    pipeline.bitfield(key()).set("u8", 0, 250).overflow("SAT").incrby("u8", 0, 100).get("u4", 0).exec();
    assert.deepEqual(await pipeline.exec(), [[0, 255, 15]]);
});

eachClient("distinct things are counted", async ({ redis, key }) => {
    assert.equal(await redis.pfadd(key("a"), "x", "y", "z"), 1);
    assert.equal(await redis.pfadd(key("a"), "x"), 0);
    assert.equal(await redis.pfadd(key("b"), "z", "w"), 1);
    assert.equal(await redis.pfcount(key("a")), 3);
    assert.equal(await redis.pfcount(key("a"), key("b")), 4);
    assert.equal(await redis.pfmerge(key("c"), key("a"), key("b")), "OK");
    assert.equal(await redis.pfcount(key("c")), 4);
});
