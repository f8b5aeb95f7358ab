import { Analytics, MultiRegionRatelimit, Ratelimit } from "@upstash/ratelimit";

import { assert, client, eachClient, Gateway, Redis, RedisServer, server, test } from "./support/setup.mjs";

// A window that no test run sees the end of.
const forever = "1000 w";

async function limits(limiter, id, count, options) {
    const answers = [];
    for (let i = 0; i < count; i++) answers.push(await limiter.limit(id, options));
    assert.ok(answers.every((answer) => answer.reason === undefined || answer.reason === "cacheBlock"));
    return answers.map(({ success, remaining }) => [success, remaining]);
}

const algorithms = {
    fixedWindow: (tokens) => Ratelimit.fixedWindow(tokens, forever),
    slidingWindow: (tokens) => Ratelimit.slidingWindow(tokens, forever),
    tokenBucket: (tokens) => Ratelimit.tokenBucket(1, forever, tokens),
};

for (const [name, algorithm] of Object.entries(algorithms)) {
    eachClient(`${name} lets through what it should`, async ({ redis, key }) => {
        await redis.scriptFlush();
        for (const ephemeralCache of [undefined, false]) {
            const id = `id ${ephemeralCache}`;
            const limiter = new Ratelimit({
                redis,
                limiter: algorithm(3),
                prefix: key(),
                ephemeralCache,
                timeout: 30_000,
            });
            assert.deepEqual((await limiter.getRemaining(id)).remaining, 3);
            assert.deepEqual(await limits(limiter, id, 4), [
                [true, 2],
                [true, 1],
                [true, 0],
                [false, 0],
            ]);
            const { remaining, limit, reset } = await limiter.getRemaining(id);
            assert.deepEqual([remaining, limit], [0, 3]);
            assert.ok(reset > Date.now());
            assert.deepEqual(await limits(limiter, "somebody else", 1), [[true, 2]]);
            await limiter.resetUsedTokens(id);
            await limiter.resetUsedTokens("somebody else");
            assert.deepEqual(await limits(limiter, id, 1, { rate: 2 }), [[true, 1]]);
        }
    });

    eachClient(`${name} obeys a limit that changes`, async ({ redis, key }) => {
        const options = { redis, limiter: algorithm(1), prefix: key(), ephemeralCache: false, timeout: 30_000 };
        const limiter = new Ratelimit({ ...options, dynamicLimits: true });
        assert.deepEqual(await limiter.getDynamicLimit(), { dynamicLimit: null });
        await limiter.setDynamicLimit({ limit: 2 });
        assert.deepEqual(await limiter.getDynamicLimit(), { dynamicLimit: 2 });
        assert.deepEqual(await limits(limiter, "id", 3), [
            [true, 1],
            [true, 0],
            [false, 0],
        ]);
        assert.equal((await limiter.getRemaining("id")).limit, 2);
        await limiter.setDynamicLimit({ limit: false });
        assert.deepEqual(await limits(limiter, "other", 2), [
            [true, 0],
            [false, 0],
        ]);
    });
}

const refilling = {
    fixedWindow: Ratelimit.fixedWindow(1, "400 ms"),
    slidingWindow: Ratelimit.slidingWindow(1, "400 ms"),
    tokenBucket: Ratelimit.tokenBucket(1, "400 ms", 1),
};

for (const [name, algorithm] of Object.entries(refilling)) {
    test(`${name} lets through again after a while`, async ({ key }) => {
        const limiter = new Ratelimit({ redis: client(), limiter: algorithm, prefix: key(), timeout: 30_000 });
        assert.equal((await limiter.limit("id")).success, true);
        const { success, reason } = await limiter.blockUntilReady("id", 20_000);
        assert.deepEqual([success, reason], [true, undefined]);
    });
}

eachClient("the window that counts on its own first", async ({ redis, key }) => {
    const limiter = new Ratelimit({
        redis,
        limiter: Ratelimit.cachedFixedWindow(2, forever),
        prefix: key(),
        timeout: 30_000,
    });
    const answers = [];
    for (let i = 0; i < 3; i++) {
        const { success, pending } = await limiter.limit("id");
        await pending;
        answers.push(success);
    }
    assert.deepEqual(answers, [true, true, false]);
    assert.equal((await limiter.getRemaining("id")).remaining, 0);
});

eachClient("several limiters side by side keep their own counts", async ({ redis, key }) => {
    const tiers = { free: 1, paid: 5 };
    for (const [tier, tokens] of Object.entries(tiers)) {
        const options = { redis, prefix: key(tier), ephemeralCache: false, timeout: 30_000 };
        const limiter = new Ratelimit({ ...options, limiter: Ratelimit.slidingWindow(tokens, forever) });
        const passed = await Promise.all(Array.from({ length: 8 }, () => limiter.limit("id")));
        assert.equal(passed.filter((answer) => answer.success).length, tokens);
    }
});

eachClient("who is on the deny list is denied", async ({ redis, key }) => {
    const prefix = key();
    await redis.sadd(`${prefix}:denyList:all`, `${prefix} bad`, "192.0.2.1");
    await redis.set(`${prefix}:ipDenyListStatus`, "disabled"); // or it fetches a list from somewhere
    const limiter = new Ratelimit({
        redis,
        prefix,
        limiter: Ratelimit.fixedWindow(5, forever),
        enableProtection: true,
        timeout: 30_000,
    });
    const denied = await limiter.limit(`${prefix} bad`);
    assert.deepEqual([denied.success, denied.reason, denied.deniedValue], [false, "denyList", `${prefix} bad`]);
    const fine = await limiter.limit("good", { ip: "192.0.2.2", userAgent: "agent" });
    await fine.pending;
    assert.deepEqual([fine.success, fine.remaining], [true, 4]);
});

eachClient("what was allowed and denied can be looked up", async ({ redis, key }) => {
    const prefix = key();
    const limiter = new Ratelimit({
        redis,
        prefix,
        limiter: Ratelimit.fixedWindow(1, forever),
        analytics: true,
        ephemeralCache: false,
        timeout: 30_000,
    });
    for (let i = 0; i < 3; i++) await (await limiter.limit("ann")).pending;
    await (
        await limiter.limit("bob")
    ).pending;
    const usage = await new Analytics({ redis, prefix }).getUsage(Date.now() - 2 * 3600 * 1000);
    assert.deepEqual(usage, { ann: { success: 1, blocked: 2 }, bob: { success: 1, blocked: 0 } });
});

test("limits may count over two servers", async () => {
    const other = await RedisServer.start();
    const second = await Gateway.start(other);
    const regions = [client(), new Redis({ url: second.url, token: second.token })];
    const algorithms = {
        fixedWindow: MultiRegionRatelimit.fixedWindow(3, forever),
        slidingWindow: MultiRegionRatelimit.slidingWindow(3, forever),
    };
    for (const [name, limiter] of Object.entries(algorithms)) {
        const ratelimit = new MultiRegionRatelimit({
            redis: regions,
            limiter,
            prefix: `multi:${name}`,
            timeout: 30_000,
        });
        const passed = [];
        for (let i = 0; i < 4; i++) {
            const { success, pending } = await ratelimit.limit("id");
            await pending;
            passed.push(success);
        }
        assert.deepEqual(passed, [true, true, true, false], name);
        const written = other.cli("keys", `multi:${name}:*`).toString();
        assert.match(written, new RegExp(`^multi:${name}:id:\\d+$`));
        assert.equal(server.cli("keys", `multi:${name}:*`).toString(), written);
    }
    await second.child.end();
    await other.child.end();
});
