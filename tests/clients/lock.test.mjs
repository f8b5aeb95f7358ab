import { Lock } from "@upstash/lock";

import { assert, eachClient, server, until } from "./support/setup.mjs";

const once = { attempts: 1, delay: 0 };

eachClient("a lock is held by one at a time", async ({ redis, key }) => {
    const mine = new Lock({ id: key(), redis, retry: once, lease: 60_000 });
    const theirs = new Lock({ id: key(), redis, retry: once, lease: 60_000 });
    assert.equal(mine.id, key());
    assert.equal(await mine.getStatus(), "FREE");
    assert.equal(await mine.acquire(), true);
    assert.equal(await mine.getStatus(), "ACQUIRED");
    assert.equal(await theirs.acquire(), false);
    assert.equal(await theirs.getStatus(), "FREE");
    assert.equal(await theirs.release(), false);
    assert.equal(await mine.release(), true);
    assert.equal(await mine.release(), false);
    assert.equal(await theirs.acquire({ uuid: "of my own" }), true);
    assert.equal(server.cli("get", key()).toString(), "of my own");
    assert.equal(await theirs.release(), true);
});

eachClient("a lock can be kept for longer", async ({ redis, key }) => {
    const lock = new Lock({ id: key(), redis, retry: once, lease: 60_000 });
    assert.equal(await lock.extend(100_000), false);
    assert.equal(await lock.acquire(), true);
    assert.equal(await lock.extend(100_000), true);
    assert.ok((await redis.ttl(key())) > 100);
    assert.equal(await lock.release(), true);
});

eachClient("a lock that is not kept ends with its lease", async ({ redis, key }) => {
    const mine = new Lock({ id: key(), redis, retry: once, lease: 200 });
    assert.equal(await mine.acquire(), true);
    const theirs = new Lock({ id: key(), redis, lease: 60_000 });
    assert.equal(await theirs.acquire({ retry: { attempts: 400, delay: 50 } }), true);
    assert.equal(await mine.getStatus(), "FREE");
    assert.equal(await mine.release(), false);
    assert.equal(await mine.extend(1000), false);
    assert.equal(await theirs.getStatus(), "ACQUIRED");
});

eachClient("of many who want a lock one gets it", async ({ redis, key }) => {
    const locks = Array.from({ length: 20 }, () => new Lock({ id: key(), redis, retry: once, lease: 60_000 }));
    const got = await Promise.all(locks.map((lock) => lock.acquire()));
    assert.equal(got.filter(Boolean).length, 1);
    assert.equal(await locks[got.indexOf(true)].release(), true);
    await until(async () => (await redis.exists(key())) === 0, "the lock is free");
});
