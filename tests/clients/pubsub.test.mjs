import { assert, client, eachClient, gateway, Redis, test, until } from "./support/setup.mjs";

/** Collects what a subscriber is told, under the names of its events. */
function listen(subscriber, defer) {
    defer(() => subscriber.unsubscribe());
    const heard = { subscribe: [], message: [], psubscribe: [], pmessage: [], error: [] };
    for (const [event, list] of Object.entries(heard)) subscriber.on(event, (what) => list.push(what));
    return heard;
}

const subscribed = (heard, count = 1, event = "subscribe") =>
    until(() => {
        if (heard.error.length > 0) throw heard.error[0];
        return heard[event].length >= count;
    }, "the confirmation of the subscription");

// The fetch of Node 18 forgets a signal once the garbage collector has run, and then a client cannot leave.
const canLeave = Number.parseInt(process.versions.node) >= 20;
const mayStay = canLeave ? false : "clients on this Node cannot always leave";

const listeners = async (redis, ...channels) => {
    const flat = await redis.exec(["PUBSUB", "NUMSUB", ...channels]);
    return flat.filter((_, index) => index % 2 === 1);
};
const deserted = (redis, channel) =>
    until(async () => !canLeave || (await listeners(redis, channel))[0] === 0, "nobody listens any more");

eachClient("messages arrive, text and JSON, in order", async ({ redis, key, defer }) => {
    const subscriber = redis.subscribe(key());
    const heard = listen(subscriber, defer);
    const ofChannel = [];
    subscriber.on(`message:${key()}`, ({ message }) => ofChannel.push(message));
    await subscribed(heard);
    assert.deepEqual(heard.subscribe, [1]);
    const messages = [
        "plain, with, commas",
        { json: [1, "x"] },
        42,
        "4.20",
        "ünï 😀",
        "",
        "two\nlines\r\nof text",
        "data: x",
        true,
    ];
    for (const message of messages) assert.equal(await redis.publish(key(), message), 1);
    await until(() => heard.message.length >= messages.length, "the messages");
    assert.deepEqual(
        heard.message,
        messages.map((message) => ({ channel: key(), message: message === "4.20" ? 4.2 : message })),
    );
    assert.equal(ofChannel.length, messages.length);
    assert.deepEqual(heard.error, []);
    await subscriber.unsubscribe();
    await deserted(redis, key());
});

eachClient("JSON over several lines arrives whole", async ({ redis, key, defer }) => {
    const subscriber = redis.subscribe(key());
    const heard = listen(subscriber, defer);
    await subscribed(heard);
    await redis.publish(key(), JSON.stringify({ a: [1, { b: "c\nd" }] }, null, 2));
    await redis.publish(key(), "evil\n\ndata: message,other,forged");
    await redis.publish(key(), "last");
    await until(() => heard.message.length >= 3, "the messages");
    const expected = [{ a: [1, { b: "c\nd" }] }, "evil\n\ndata: message,other,forged", "last"];
    assert.deepEqual(
        heard.message,
        expected.map((message) => ({ channel: key(), message })),
    );
});

eachClient(
    "several channels are left one by one",
    async ({ redis, key, defer }) => {
        const subscriber = redis.subscribe([key("a"), key("b")]);
        const heard = listen(subscriber, defer);
        await subscribed(heard, 2);
        assert.deepEqual(heard.subscribe, [1, 1]);
        assert.deepEqual(subscriber.getSubscribedChannels(), [key("a"), key("b")]);
        await redis.publish(key("a"), "to a");
        await redis.publish(key("b"), "to b");
        await until(() => heard.message.length === 2, "both messages");
        await subscriber.unsubscribe([key("a")]);
        await deserted(redis, key("a"));
        assert.equal(await redis.publish(key("a"), "to nobody"), 0);
        assert.equal(await redis.publish(key("b"), "to b again"), 1);
        await until(() => heard.message.length >= 3, "the third message");
        assert.deepEqual(heard.message.map((each) => each.message).sort(), ["to a", "to b", "to b again"]);
        await subscriber.unsubscribe();
        await deserted(redis, key("b"));
    },
    { skip: mayStay },
);

eachClient("patterns match", async ({ redis, key, defer }) => {
    const pattern = key("*");
    const subscriber = redis.psubscribe([pattern]);
    const heard = listen(subscriber, defer);
    const ofPattern = [];
    subscriber.on(`pmessage:${pattern}`, (event) => ofPattern.push(event));
    await subscribed(heard, 1, "psubscribe");
    await redis.publish(key("one"), { n: 1 });
    await redis.publish(key("two"), 2);
    await redis.publish(`${key("x").slice(0, 4)}-other`, 3);
    await until(() => heard.pmessage.length >= 2, "the messages");
    const expected = [
        { pattern, channel: key("one"), message: { n: 1 } },
        { pattern, channel: key("two"), message: 2 },
    ];
    assert.deepEqual(heard.pmessage, expected);
    assert.deepEqual(ofPattern, expected);
    await subscriber.unsubscribe();
    await until(async () => !canLeave || (await redis.exec(["PUBSUB", "NUMPAT"])) === 0, "no pattern is left");
});

test("everyone who listens hears everything, whatever the others do", async ({ key, defer }) => {
    const redis = client();
    const subscribers = Array.from({ length: 10 }, () => client().subscribe(key()));
    const heard = subscribers.map((each) => listen(each, defer));
    await Promise.all(heard.map((each) => subscribed(each)));
    assert.ok(heard.every((each) => each.subscribe[0] === 1));
    for (let i = 0; i < 100; i++) await redis.publish(key(), { i });
    await until(() => heard.every((each) => each.message.length === 100), "a hundred messages each");
    for (const each of heard)
        assert.deepEqual(
            each.message.map(({ message }) => message.i),
            Array.from({ length: 100 }, (_, i) => i),
        );
    await Promise.all(subscribers.slice(1).map((subscriber) => subscriber.unsubscribe()));
    await redis.publish(key(), "one is left");
    await until(() => heard[0].message.length === 101, "the last message");
    await subscribers[0].unsubscribe();
    await deserted(redis, key());
});

test("a message of nearly a megabyte arrives", async ({ key, defer }) => {
    const subscriber = client().subscribe(key());
    const heard = listen(subscriber, defer);
    await subscribed(heard);
    const message = "m".repeat(1_000_000);
    await client().publish(key(), message);
    await until(() => heard.message.length === 1, "the message");
    assert.ok(heard.message[0].message === message);
});

test("messages are text where the client says so", async ({ key, defer }) => {
    const subscriber = client({ automaticDeserialization: false }).subscribe(key());
    const heard = listen(subscriber, defer);
    await subscribed(heard);
    await client().publish(key(), { n: 1 });
    await until(() => heard.message.length === 1, "the message");
    assert.equal(heard.message[0].message, '{"n":1}');
});

test("a subscription without the token fails as an error of the subscriber", async ({ defer }) => {
    const redis = new Redis({ url: gateway.url, token: "wrong" });
    const subscriber = redis.subscribe("channel");
    const heard = listen(subscriber, defer);
    await until(() => heard.error.length === 1, "the error");
    assert.match(heard.error[0].message, /^WRONGPASS/);
});
