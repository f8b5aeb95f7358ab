import { Queue } from "@upstash/queue";

import { assert, client, eachClient, server, test, until } from "./support/setup.mjs";

const blocked = () => Number(server.info("clients", "blocked_clients"));

eachClient("messages come out in the order they went in", async ({ redis, key }) => {
    const queue = new Queue({ redis, queueName: key() });
    const messages = [{ n: 1 }, "text", 3, ["list"], { nested: { ok: "OK" } }];
    for (const message of messages) assert.match(await queue.sendMessage(message), /^\d+-\d+$/);
    for (const message of messages) assert.deepEqual((await queue.receiveMessage()).body, message);
    assert.equal(await queue.receiveMessage(), null);
});

eachClient("an empty queue is waited for, at most so long", async ({ redis, key }) => {
    const queue = new Queue({ redis, queueName: key(), concurrencyLimit: 2 });
    assert.equal(await queue.receiveMessage(50), null);
    const waiting = queue.receiveMessage(20_000);
    await until(() => blocked() > 0, "the receiver waits");
    await new Queue({ redis: client(), queueName: key() }).sendMessage({ late: true });
    assert.deepEqual((await waiting).body, { late: true });
});

eachClient("a message is verified by hand", async ({ redis, key }) => {
    const queue = new Queue({ redis, queueName: key(), autoVerify: false, concurrencyLimit: 2 });
    await queue.sendMessage({ n: 1 });
    const message = await queue.receiveMessage();
    assert.deepEqual(message.body, { n: 1 });
    assert.equal((await redis.xpending(`UpstashMQ:${key()}`, "Messages", "-", "+", 10)).length, 1);
    assert.equal(await queue.verifyMessage(message.streamId), "VERIFIED");
    assert.equal(await queue.verifyMessage(message.streamId), "NOT VERIFIED");
    assert.equal((await redis.xpending(`UpstashMQ:${key()}`, "Messages", "-", "+", 10)).length, 0);
});

eachClient("what one consumer leaves unverified, another gets", async ({ redis, key }) => {
    const options = { redis, queueName: key(), autoVerify: false, visibilityTimeout: 1, concurrencyLimit: 5 };
    await new Queue(options).sendMessage({ n: 1 });
    const lost = await new Queue(options).receiveMessage();
    const found = await until(() => new Queue(options).receiveMessage(), "the message is seen again");
    assert.deepEqual(found, lost);
    assert.equal(await new Queue(options).verifyMessage(found.streamId), "VERIFIED");
});

eachClient("only so many messages are taken at a time", async ({ redis, key }) => {
    const queue = new Queue({ redis, queueName: key(), autoVerify: false });
    await queue.sendMessage({ n: 1 });
    await queue.sendMessage({ n: 2 });
    const first = await queue.receiveMessage();
    await assert.rejects(queue.receiveMessage(), /Cannot receive more than 1/);
    assert.equal(await queue.verifyMessage(first.streamId), "VERIFIED");
    assert.deepEqual((await queue.receiveMessage()).body, { n: 2 });
});

eachClient("a delayed message arrives later", async ({ redis, key }) => {
    const queue = new Queue({ redis, queueName: key(), concurrencyLimit: 5 });
    assert.equal(await queue.sendMessage({ n: 1 }, 200), null);
    const receiver = new Queue({ redis: client(), queueName: key(), concurrencyLimit: 5 });
    assert.deepEqual((await receiver.receiveMessage(20_000)).body, { n: 1 });
});

test("consumers share the messages, and none gets one twice", async ({ key }) => {
    const sender = new Queue({ redis: client(), queueName: key() });
    for (let n = 0; n < 30; n++) await sender.sendMessage({ n });
    const consume = async () => {
        const queue = new Queue({ redis: client(), queueName: key() });
        const got = [];
        for (let message; (message = await queue.receiveMessage());) got.push(message.body.n);
        return got;
    };
    const shares = await Promise.all(Array.from({ length: 5 }, consume));
    for (const share of shares)
        assert.deepEqual(
            share,
            [...share].sort((a, b) => a - b),
        );
    assert.deepEqual(
        shares.flat().sort((a, b) => a - b),
        Array.from({ length: 30 }, (_, n) => n),
    );
});

test("waiting consumers get a message each", async ({ key }) => {
    const consumers = Array.from({ length: 5 }, () => new Queue({ redis: client(), queueName: key() }));
    const waiting = consumers.map((queue) => queue.receiveMessage(20_000));
    await until(() => blocked() === 5, "five receivers wait");
    const sender = new Queue({ redis: client(), queueName: key() });
    for (let n = 0; n < 5; n++) await sender.sendMessage({ n });
    const got = await Promise.all(waiting);
    assert.deepEqual(got.map((message) => message.body.n).sort(), [0, 1, 2, 3, 4]);
});
