import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { assert, client, eachClient, gateway, raw, server, test } from "./support/setup.mjs";

eachClient("values come back as what they were", async ({ redis, key }) => {
    const values = [
        { a: 1, nested: { list: [1, "two", null, true, { deep: [] }] } },
        [1, "x", null],
        [],
        {},
        true,
        false,
        null,
        "text",
        "",
        "OK",
        "T0s=",
        "1234",
        "aGVsbG8=",
        'with "quotes" and \\',
        "a/b?c=d&e#f%20+",
        "line\nfeed\r\ttab",
        "null",
    ];
    for (const value of values) {
        assert.equal(await redis.set(key(), value), "OK");
        const parsed = typeof value === "string" && ["1234", "null"].includes(value) ? JSON.parse(value) : value;
        assert.deepEqual(await redis.get(key()), parsed, JSON.stringify(value));
        assert.deepEqual(await redis.mget(key()), [parsed], JSON.stringify(value));
    }
});

eachClient("text of every script survives", async ({ redis, key, batched }) => {
    const texts = [
        "žluťoučký kůň",
        "日本語",
        "😀👩‍👩‍👧‍👦",
        "\u0000\u0001\u001f\u007f",
        "\u2028\u2029",
        "\ufeffmark",
        "</script>&<>",
    ];
    for (const text of texts) {
        await redis.set(key("text"), text);
        assert.deepEqual(server.cli("get", key("text")), Buffer.from(text));
        // What decodes base64 in the client takes a byte order mark at the start away.
        assert.equal(await redis.get(key("text")), batched ? text.replace(/^\ufeff/, "") : text);
        assert.equal(await redis.hset(key(), { [text]: text }), 1);
    }
    await redis.set(key(), "half \ud83d of a pair");
    assert.equal(await redis.get(key()), "half \ufffd of a pair");
});

test("without deserialization everything is text", async ({ key }) => {
    for (const options of [{}, { responseEncoding: false, enableAutoPipelining: false }]) {
        const redis = client({ automaticDeserialization: false, ...options });
        await redis.mset({ [key("a")]: 1, [key("b")]: { c: 2 }, [key("t")]: true });
        assert.deepEqual(await redis.mget(key("a"), key("b"), key("t")), ["1", '{"c":2}', "true"]);
        assert.equal(await redis.incr(key("a")), 2);
    }
});

test("bytes survive in base64", async ({ key }) => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0x0d, 0x0a, 0x80]), randomBytes(4096)]);
    const headers = { "Upstash-Encoding": "base64" };
    const stored = await raw("POST", `/set/${key()}`, { body: bytes });
    assert.deepEqual([stored.status, stored.body.toString()], [200, '{"result":"OK"}']);
    const read = JSON.parse((await raw("GET", `/get/${key()}`, { headers })).body);
    assert.deepEqual(Buffer.from(read.result, "base64"), bytes);
    const listed = JSON.parse((await raw("POST", "/", { body: JSON.stringify(["MGET", key()]), headers })).body);
    assert.deepEqual(Buffer.from(listed.result[0], "base64"), bytes);
    assert.equal(
        createHash("sha1").update(bytes).digest("hex"),
        await client().eval("return redis.sha1hex(redis.call('get', KEYS[1]))", [key()], []),
    );
});

test("bytes that are no text become replacement characters, with and without base64", async ({ key }) => {
    await raw("POST", `/set/${key()}`, { body: Buffer.from([0x61, 0xff, 0xfe, 0x62]) });
    assert.equal(await client().get(key()), "a\ufffd\ufffdb");
    assert.equal(await client({ responseEncoding: false }).get(key()), "a\ufffd\ufffdb");
});

eachClient("large values pass", async ({ redis, key }) => {
    const text = randomBytes(2_500_000).toString("hex");
    assert.equal(await redis.set(key("a"), text), "OK");
    assert.equal(await redis.strlen(key("a")), 5_000_000);
    assert.ok((await redis.get(key("a"))) === text);
    assert.equal(await redis.set(key("b"), { text: `"${text}"\n` }), "OK");
    assert.ok((await redis.get(key("b"))).text === `"${text}"\n`);
    const [a, b] = await redis.mget(key("a"), key("b"));
    assert.ok(a === text && b.text === `"${text}"\n`);
});

eachClient("large collections pass", async ({ redis, key }) => {
    const members = Array.from({ length: 20_000 }, (_, index) => `member ${index}`);
    assert.equal(await redis.rpush(key(), ...members), 20_000);
    assert.deepEqual(await redis.lrange(key(), 0, -1), members);
});

eachClient("keys may be anything", async ({ redis, key }) => {
    for (const name of [" ", "a b", "ü/?#&=%", "\u0000", '"', "*", "{tag}:x", "k".repeat(20_000)]) {
        assert.equal(await redis.set(key(name), name), "OK");
        assert.equal(await redis.get(key(name)), name);
        assert.equal(await redis.del(key(name)), 1);
    }
});

// @upstash/queue brings an older client of its own, two years behind.
test("an older client works, too", async ({ key }) => {
    const queue = createRequire(createRequire(import.meta.url).resolve("@upstash/queue"));
    const { Redis } = queue("@upstash/redis");
    const about = new URL("node_modules/@upstash/queue/node_modules/@upstash/redis/package.json", import.meta.url);
    assert.match(JSON.parse(readFileSync(about)).version, /1\.29\.0/);
    for (const options of [{}, { responseEncoding: false, enableAutoPipelining: true }]) {
        const redis = new Redis({ url: gateway.url, token: gateway.token, ...options });
        assert.equal(await redis.set(key(), { a: [1, "x"] }), "OK");
        assert.deepEqual(await redis.get(key()), { a: [1, "x"] });
        assert.deepEqual(await redis.pipeline().set(key("n"), 1).incr(key("n")).exec(), ["OK", 2]);
        assert.deepEqual(await redis.multi().incr(key("n")).get(key("n")).exec(), [3, 3]);
        assert.deepEqual(await redis.createScript("return {ARGV[1], 1}").exec([], ["x"]), ["x", 1]);
        assert.equal(await redis.xadd(key("s"), "*", { f: 1 }).then((id) => id.split("-").length), 2);
        assert.equal(await redis.del(key(), key("n"), key("s")), 3);
    }
});
