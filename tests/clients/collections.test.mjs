import { assert, eachClient, refused } from "./support/setup.mjs";

eachClient("hashes hold fields", async ({ redis, key }) => {
    assert.equal(await redis.hset(key(), { name: "ada", born: 1815, tags: ["x", 1] }), 3);
    assert.equal(await redis.hset(key(), { born: 1815.5 }), 0);
    assert.equal(await redis.hget(key(), "name"), "ada");
    const everything = { name: "ada", born: "1815.5", tags: ["x", 1] }; // hgetall makes numbers of integers only
    assert.deepEqual(await redis.hgetall(key()), everything);
    assert.deepEqual(await redis.hmget(key(), "name", "none"), { name: "ada", none: null });
    assert.equal(await redis.hmget(key(), "none", "neither"), null);
    assert.equal(await redis.hgetall(key("none")), null);
    assert.deepEqual((await redis.hkeys(key())).sort(), ["born", "name", "tags"]);
    assert.deepEqual(await redis.hvals(key()), ["ada", 1815.5, ["x", 1]]);
    assert.equal(await redis.hlen(key()), 3);
    assert.equal(await redis.hexists(key(), "name"), 1);
    assert.equal(await redis.hstrlen(key(), "name"), 3);
    assert.equal(await redis.hsetnx(key(), "name", "bob"), 0);
    assert.equal(await redis.hdel(key(), "name", "tags", "none"), 2);
    assert.equal(await redis.hmset(key(), { a: 1 }), "OK");
});

eachClient("fields of hashes count", async ({ redis, key }) => {
    assert.equal(await redis.hincrby(key(), "n", 5), 5);
    assert.equal(await redis.hincrbyfloat(key(), "n", 0.1), 5.1);
    await redis.hset(key(), { big: "9007199254740993" });
    assert.equal((await redis.hgetall(key())).big, "9007199254740993");
});

eachClient("hashes give fields at random, and all of them", async ({ redis, key }) => {
    await redis.hset(key(), { a: 1, b: "two" });
    assert.ok(["a", "b"].includes(await redis.hrandfield(key())));
    assert.deepEqual((await redis.hrandfield(key(), 5)).sort(), ["a", "b"]);
    assert.deepEqual(await redis.hrandfield(key(), 5, true), { a: 1, b: "two" });
    const [cursor, some] = await redis.hscan(key(), 0, { match: "a*", count: 10 });
    assert.equal(cursor, "0");
    assert.deepEqual(some, ["a", 1]);
});

eachClient(
    "fields of hashes expire",
    async ({ redis, key }) => {
        await redis.hset(key(), { a: 1, b: 2 });
        assert.deepEqual(await redis.hexpire(key(), ["a", "none"], 1000), [1, -2]);
        const [left] = await redis.httl(key(), "a");
        assert.ok(left > 900 && left <= 1000);
        assert.deepEqual(await redis.hpexpire(key(), "a", 2_000_000, "GT"), [1]);
        assert.ok((await redis.hpttl(key(), "a"))[0] > 1_000_000);
        assert.ok((await redis.hexpiretime(key(), "a"))[0] > Date.now() / 1000);
        assert.deepEqual(await redis.hpersist(key(), ["a", "b"]), [1, -1]);
    },
    { needs: "hexpire" },
);

eachClient(
    "fields of hashes are read and removed in one go",
    async ({ redis, key }) => {
        assert.equal(await redis.hsetex(key(), { expiration: { ex: 1000 } }, { a: 1, b: "x" }), 1);
        assert.deepEqual(await redis.hgetex(key(), { persist: true }, "a", "none"), { a: 1, none: null });
        assert.deepEqual(await redis.httl(key(), ["a", "b"]).then(([a, b]) => [a, b > 900]), [-1, true]);
        assert.deepEqual(await redis.hgetdel(key(), "a"), { a: 1 });
        assert.equal(await redis.hlen(key()), 1);
    },
    { needs: "hgetdel" },
);

eachClient("lists are pushed, read and popped", async ({ redis, key }) => {
    assert.equal(await redis.rpush(key(), "b", "c", { d: 1 }), 3);
    assert.equal(await redis.lpush(key(), "a"), 4);
    assert.deepEqual(await redis.lrange(key(), 0, -1), ["a", "b", "c", { d: 1 }]);
    assert.deepEqual(await redis.lrange(key("none"), 0, -1), []);
    assert.equal(await redis.lindex(key(), -1).then((last) => last.d), 1);
    assert.equal(await redis.lindex(key(), 99), null);
    assert.equal(await redis.llen(key()), 4);
    assert.equal(await redis.linsert(key(), "before", "c", "b2"), 5);
    assert.equal(await redis.lpos(key(), "c"), 3);
    assert.deepEqual(await redis.lpos(key(), "c", { count: 2 }), [3]);
    assert.equal(await redis.lset(key(), 0, "A"), "OK");
    assert.equal(await redis.lrem(key(), 1, "b2"), 1);
    assert.equal(await redis.lpop(key()), "A");
    assert.deepEqual(await redis.rpop(key(), 2), [{ d: 1 }, "c"]);
    assert.equal(await redis.lpushx(key("none"), "x"), 0);
    assert.equal(await redis.rpushx(key(), "x", "y"), 3);
    assert.equal(await redis.ltrim(key(), 0, 1), "OK");
    assert.equal(await redis.lmove(key(), key("to"), "left", "right"), "b");
    assert.deepEqual(await redis.lmpop(2, [key("none"), key("to")], "LEFT", 5), [key("to"), ["b"]]);
    assert.equal(await redis.lmpop(1, [key("to")], "LEFT"), null);
    assert.equal(await redis.lpop(key("none")), null);
    await refused(redis.lset(key("none"), 0, "x"), "ERR no such key");
});

eachClient("sets hold members", async ({ redis, key }) => {
    assert.equal(await redis.sadd(key("a"), "x", "y", 3), 3);
    assert.equal(await redis.sadd(key("b"), "y", "z"), 2);
    assert.equal(await redis.scard(key("a")), 3);
    assert.deepEqual((await redis.smembers(key("a"))).sort(), [3, "x", "y"]);
    assert.equal(await redis.sismember(key("a"), "x"), 1);
    assert.deepEqual(await redis.smismember(key("a"), ["x", "none", 3]), [1, 0, 1]);
    assert.deepEqual(await redis.sinter(key("a"), key("b")), ["y"]);
    assert.deepEqual((await redis.sdiff(key("a"), key("b"))).sort(), [3, "x"]);
    assert.deepEqual((await redis.sunion(key("a"), key("b"))).sort(), [3, "x", "y", "z"]);
    assert.equal(await redis.sintercard([key("a"), key("b")], { limit: 5 }), 1);
    assert.equal(await redis.sinterstore(key("to"), key("a"), key("b")), 1);
    assert.equal(await redis.sdiffstore(key("to"), key("a"), key("b")), 2);
    assert.equal(await redis.sunionstore(key("to"), key("a"), key("b")), 4);
    assert.equal(await redis.smove(key("a"), key("b"), "x"), 1);
    assert.equal(await redis.srem(key("b"), "x", "none"), 1);
    assert.ok(["y", "z"].includes(await redis.srandmember(key("b"))));
    assert.equal((await redis.srandmember(key("b"), 5)).length, 2);
    assert.deepEqual((await redis.sscan(key("b"), 0, { match: "z" }))[1], ["z"]);
    assert.equal((await redis.spop(key("b"), 2)).length, 2);
    assert.equal(await redis.spop(key("b")), null);
});

eachClient("sorted sets are ordered by score", async ({ redis, key }) => {
    const members = [
        { score: 1, member: "a" },
        { score: 2.5, member: "b" },
        { score: -3, member: { c: 1 } },
    ];
    assert.equal(await redis.zadd(key(), ...members), 3);
    assert.deepEqual(await redis.zrange(key(), 0, -1), [{ c: 1 }, "a", "b"]);
    assert.deepEqual(await redis.zrange(key(), 0, -1, { withScores: true }), [{ c: 1 }, -3, "a", 1, "b", 2.5]);
    assert.deepEqual(await redis.zrange(key(), 0, 0, { rev: true }), ["b"]);
    assert.deepEqual(await redis.zrange(key(), "(-3", "+inf", { byScore: true }), ["a", "b"]);
    assert.deepEqual(await redis.zrange(key(), "+inf", "-inf", { byScore: true, rev: true, offset: 1, count: 1 }), [
        "a",
    ]);
    assert.equal(await redis.zscore(key(), "b"), 2.5);
    assert.equal(await redis.zscore(key(), "none"), null);
    assert.deepEqual(await redis.zmscore(key(), ["a", "none"]), [1, null]);
    assert.equal(await redis.zincrby(key(), 0.25, "b"), 2.75);
    assert.equal(await redis.zrank(key(), "b"), 2);
    assert.equal(await redis.zrevrank(key(), "b"), 0);
    assert.equal(await redis.zrank(key(), "none"), null);
    assert.equal(await redis.zcard(key()), 3);
    assert.equal(await redis.zcount(key(), "-inf", 1), 2);
    assert.deepEqual((await redis.zscan(key(), 0, { match: "a" }))[1], ["a", 1]);
    assert.deepEqual(await redis.zpopmax(key()), ["b", 2.75]);
    assert.deepEqual(await redis.zpopmin(key(), 5), [{ c: 1 }, -3, "a", 1]);
});

eachClient("sorted sets take scores under conditions", async ({ redis, key }) => {
    assert.equal(await redis.zadd(key(), { nx: true }, { score: 1, member: "a" }), 1);
    assert.equal(await redis.zadd(key(), { xx: true, ch: true, gt: true }, { score: 5, member: "a" }), 1);
    assert.equal(await redis.zadd(key(), { xx: true, ch: true, lt: true }, { score: 9, member: "a" }), 0);
    assert.equal(await redis.zadd(key(), { incr: true }, { score: 0.5, member: "a" }), 5.5);
    assert.equal(await redis.zrem(key(), "a", "none"), 1);
});

eachClient("scores are exact, and may be infinite", async ({ redis, key }) => {
    for (const score of [0.1 + 0.2, 1e300, -1e-300, 3.141592653589793, 2 ** 53]) {
        await redis.zadd(key(), { score, member: "m" });
        assert.equal(Number(await redis.zscore(key(), "m")), score);
    }
    await redis.exec(["ZADD", key(), "inf", "m"]);
    assert.equal(await redis.zscore(key(), "m"), "inf");
    assert.deepEqual(await redis.zrange(key(), 0, -1, { withScores: true }), ["m", "inf"]);
});

eachClient("sorted sets are ranges of words, too", async ({ redis, key }) => {
    await redis.zadd(key(), ...["a", "b", "c", "d"].map((member) => ({ score: 0, member })));
    assert.deepEqual(await redis.zrange(key(), "[b", "(d", { byLex: true }), ["b", "c"]);
    assert.equal(await redis.zlexcount(key(), "-", "+"), 4);
    assert.equal(await redis.zremrangebylex(key(), "[a", "[a"), 1);
    assert.equal(await redis.zremrangebyrank(key(), 0, 0), 1);
    assert.equal(await redis.zremrangebyscore(key(), "-inf", "+inf"), 2);
});

eachClient("sorted sets are combined", async ({ redis, key }) => {
    await redis.zadd(key("a"), { score: 1, member: "x" }, { score: 2, member: "y" });
    await redis.zadd(key("b"), { score: 10, member: "y" });
    const both = [key("a"), key("b")];
    assert.deepEqual(await redis.zunion(2, both, { withScores: true }), ["x", 1, "y", 12]);
    assert.equal(await redis.zunionstore(key("to"), 2, both, { weights: [2, 3], aggregate: "max" }), 2);
    assert.deepEqual(await redis.zrange(key("to"), 0, -1, { withScores: true }), ["x", 2, "y", 30]);
    assert.equal(await redis.zinterstore(key("to"), 2, both, { aggregate: "min" }), 1);
    assert.equal(await redis.zscore(key("to"), "y"), 2);
    assert.equal(await redis.zdiffstore(key("to"), 2, ...both), 1);
});

eachClient("places are found", async ({ redis, key }) => {
    const palermo = { longitude: 13.361389, latitude: 38.115556, member: "Palermo" };
    const catania = { longitude: 15.087269, latitude: 37.502669, member: "Catania" };
    assert.equal(await redis.geoadd(key(), palermo, catania), 2);
    assert.equal(await redis.geodist(key(), "Palermo", "Catania", "KM"), 166.2742);
    assert.equal(await redis.geodist(key(), "Palermo", "none"), null);
    assert.deepEqual(await redis.geohash(key(), "Palermo", "Catania"), ["sqc8b49rny0", "sqdtr74hyu0"]);
    const [position] = await redis.geopos(key(), "Palermo");
    assert.ok(Math.abs(position.lng - palermo.longitude) < 1e-4 && Math.abs(position.lat - palermo.latitude) < 1e-4);
    const from = { type: "FROMLONLAT", coordinate: { lon: 15, lat: 37 } };
    const near = { type: "BYRADIUS", radius: 200, radiusType: "KM" };
    assert.deepEqual(await redis.geosearch(key(), from, near, "ASC"), [{ member: "Catania" }, { member: "Palermo" }]);
    const details = { count: { limit: 1 }, withCoord: true, withDist: true, withHash: true };
    const [found] = await redis.geosearch(key(), from, near, "ASC", details);
    assert.deepEqual([found.member, found.dist, found.hash], ["Catania", 56.4413, "3479447370796909"]);
    assert.ok(Math.abs(found.coord.long - catania.longitude) < 1e-4);
    const box = { type: "BYBOX", rect: { width: 400, height: 400 }, rectType: "KM" };
    const member = { type: "FROMMEMBER", member: "Palermo" };
    assert.equal(await redis.geosearchstore(key("to"), key(), member, box, "ASC", { storeDist: true }), 2);
});
