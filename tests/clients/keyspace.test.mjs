import { assert, eachClient, server, until } from "./support/setup.mjs";

eachClient("keys are renamed, copied, typed and removed", async ({ redis, key }) => {
    await redis.set(key("a"), "1");
    await redis.lpush(key("list"), "x");
    assert.equal(await redis.type(key("a")), "string");
    assert.equal(await redis.type(key("list")), "list");
    assert.equal(await redis.type(key("none")), "none");
    assert.equal(await redis.rename(key("a"), key("b")), "OK");
    assert.equal(await redis.renamenx(key("b"), key("list")), 0);
    assert.equal(await redis.copy(key("b"), key("c")), "COPIED");
    assert.equal(await redis.copy(key("b"), key("c")), "NOT_COPIED");
    assert.equal(await redis.copy(key("b"), key("c"), { replace: true }), "COPIED");
    assert.equal(await redis.copy(key("b"), key("b")), "NOT_COPIED");
    assert.equal(await redis.touch(key("b"), key("c"), key("none")), 2);
    assert.equal(await redis.exists(key("b")), 1);
    assert.equal(await redis.unlink(key("b")), 1);
    assert.equal(await redis.del(key("c"), key("list"), key("none")), 2);
});

eachClient("times to live are set, read and taken away", async ({ redis, key }) => {
    await redis.set(key(), "v");
    assert.equal(await redis.expire(key(), 1000), 1);
    assert.ok((await redis.ttl(key())) > 900);
    assert.equal(await redis.expire(key(), 2000, "NX"), 0);
    assert.equal(await redis.expire(key(), 2000, "XX"), 1);
    assert.equal(await redis.expire(key(), 1000, "GT"), 0);
    assert.equal(await redis.expire(key(), 1000, "LT"), 1);
    assert.equal(await redis.pexpire(key(), 500_000), 1);
    assert.ok((await redis.pttl(key())) > 400_000);
    const soon = Math.floor(Date.now() / 1000) + 300;
    assert.equal(await redis.expireat(key(), soon), 1);
    assert.equal(await redis.pexpireat(key(), soon * 1000), 1);
    assert.ok((await redis.ttl(key())) > 200);
    assert.equal(await redis.persist(key()), 1);
    assert.equal(await redis.persist(key()), 0);
    assert.equal(await redis.ttl(key()), -1);
    assert.equal(await redis.ttl(key("none")), -2);
    assert.equal(await redis.pexpire(key(), 1), 1);
    await until(async () => (await redis.exists(key())) === 0, "the key expires");
});

eachClient("scan walks over every key once", async ({ redis, key }) => {
    const names = Array.from({ length: 500 }, (_, index) => key(String(index)));
    await redis.mset(Object.fromEntries(names.map((name) => [name, 1])));
    const found = [];
    let cursor = "0";
    do {
        const [next, some] = await redis.scan(cursor, { match: key("*"), count: 50 });
        assert.equal(typeof next, "string");
        found.push(...some);
        cursor = next;
    } while (cursor !== "0");
    assert.deepEqual([...new Set(found)].sort(), names.sort());
    assert.deepEqual(
        (await redis.keys(key("49?"))).sort(),
        names.filter((name) => /:49\d$/.test(name)),
    );
    assert.equal(await redis.del(...names), 500);
});

eachClient("scan chooses by type, and names types", async ({ redis, key }) => {
    await redis.set(key("s"), "v");
    await redis.sadd(key("set"), "m");
    const walk = async (options) => {
        const found = [];
        let cursor = "0";
        do {
            const [next, some] = await redis.scan(cursor, { match: key("*"), count: 1000, ...options });
            found.push(...some);
            cursor = next;
        } while (cursor !== "0");
        return found;
    };
    assert.deepEqual(await walk({ type: "set" }), [key("set")]);
    const typed = (await walk({ withType: true })).sort((a, b) => (a.key < b.key ? -1 : 1));
    assert.deepEqual(typed, [
        { key: key("s"), type: "string" },
        { key: key("set"), type: "set" },
    ]);
});

eachClient("the server answers about itself", async ({ redis, key }) => {
    await redis.set(key(), "v");
    assert.equal(await redis.ping(), "PONG");
    assert.equal(await redis.ping(["hello"]), "hello");
    assert.equal(await redis.echo("hello world"), "hello world");
    const [seconds, micros] = await redis.time();
    assert.ok(Math.abs(seconds - Date.now() / 1000) < 100);
    assert.ok(micros >= 0 && micros < 1_000_000);
    assert.equal(typeof (await redis.randomkey()), "string");
    assert.equal(await redis.dbsize(), Number(server.cli("dbsize")));
    assert.match(await redis.exec(["INFO", "server"]), /redis_version:/);
    assert.deepEqual(await redis.exec(["CONFIG", "GET", "maxmemory-policy"]), ["maxmemory-policy", "noeviction"]);
});

eachClient("databases are emptied", async ({ redis, key }) => {
    await redis.set(key(), "v");
    assert.equal(await redis.flushdb(), "OK");
    assert.equal(await redis.dbsize(), 0);
    await redis.set(key(), "v");
    assert.equal(await redis.flushall({ async: true }), "OK");
    assert.equal(await redis.exists(key()), 0);
});
