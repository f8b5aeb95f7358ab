// What does not end by itself: events, and commands that wait. They come at once, and end with their client.
import { once } from "node:events";

import { Http2, open } from "./support/requests.mjs";
import { redis } from "./support/redis.mjs";
import { assert, eachProxy, server, until } from "./support/setup.mjs";

const headers = { accept: "text/event-stream" };
const listeners = async (channel) => Number((await redis(server, "pubsub", "numsub", channel)).toString().match(/:(\d+)/)[1]);

// The data of each event, as it comes.
async function* events(stream) {
    let text = "";
    for await (const part of stream) {
        text += part;
        const whole = text.split("\n\n");
        text = whole.pop();
        for (const event of whole) if (event.startsWith("data: ")) yield event.slice("data: ".length);
    }
}

// Each message is published when the one before has arrived: a proxy that collects them would wait for ever.
async function hears(stream, channel) {
    const heard = events(stream);
    assert.match((await heard.next()).value, /^subscribe,/);
    for (const message of ["one", "two", "three", "four"]) {
        await redis(server, "publish", channel, message);
        assert.equal((await heard.next()).value, `message,${channel},${message}`);
    }
}

const leaves = (channel) => until(async () => (await listeners(channel)) === 0, "the end of a client reaches Redis", 30_000);

eachProxy("events come at once, and their client's end is noticed", async ({ proxy, kind }) => {
    const channel = `${kind}-news`;
    const sent = open(proxy, "GET", `/subscribe/${channel}`, { headers });
    sent.on("error", () => {});
    sent.end();
    const [message] = await once(sent, "response");
    assert.deepEqual([message.statusCode, message.headers["content-type"]], [200, "text/event-stream"]);
    await hears(message, channel);
    assert.equal(await listeners(channel), 1);
    sent.destroy();
    await leaves(channel);
});

eachProxy("events over HTTP/2", async ({ proxy, kind, defer }) => {
    const channels = [1, 2, 3].map((number) => `${kind}-h2-${number}`);
    const session = new Http2(proxy);
    defer(() => session.close());
    const streams = channels.map((channel) => session.stream("GET", `/subscribe/${channel}`, { headers }));
    for (const [index, channel] of channels.entries()) await hears(streams[index], channel);
    streams[0].close();
    await leaves(channels[0]);
    assert.equal(await listeners(channels[1]), 1);
    session.close();
    await Promise.all(channels.map(leaves));
});

// The id and data of each entry, as it comes.
async function* entries(stream) {
    let text = "";
    for await (const part of stream) {
        text += part;
        const whole = text.split("\n\n");
        text = whole.pop();
        for (const event of whole) if (event.startsWith("id: ")) yield event.slice("id: ".length).split("\ndata: ");
    }
}

eachProxy("entries of streams come at once, and go on where they were left", async ({ proxy, kind, defer }) => {
    const key = `${kind}-log`;
    const follow = async (last) => {
        const sent = open(proxy, "GET", `/streams/${key}`, { headers: { ...headers, "last-event-id": last } });
        defer(() => sent.destroy());
        sent.on("error", () => {});
        sent.end();
        const [message] = await once(sent, "response");
        assert.deepEqual([message.statusCode, message.headers["content-type"]], [200, "text/event-stream"]);
        return { sent, heard: entries(message) };
    };
    const hearsNext = async (heard, id) => {
        await redis(server, "xadd", key, id, "n", id);
        assert.deepEqual((await heard.next()).value, [id, JSON.stringify({ n: id })]);
    };
    const first = await follow("0-0");
    for (const id of ["1-0", "2-0", "3-0"]) await hearsNext(first.heard, id);
    first.sent.destroy();
    const second = await follow("2-0");
    assert.equal((await second.heard.next()).value[0], "3-0");
    await hearsNext(second.heard, "4-0");
});

const blocked = () => Number(server.info("clients", "blocked_clients"));

eachProxy("a command that waits ends with its client", async ({ proxy, kind }) => {
    const queue = `${kind}-queue`;
    const body = JSON.stringify(["BLPOP", queue, 30]);
    const sent = open(proxy, "POST", "/", { headers: { "content-length": body.length } });
    sent.on("error", () => {});
    sent.end(body);
    await until(() => blocked() === 1, "BLPOP waits");
    sent.destroy();
    await until(() => blocked() === 0, "BLPOP is given up", 20_000);
    await redis(server, "rpush", queue, "for somebody else");
    assert.equal((await redis(server, "llen", queue)).toString(), ":1\r\n");
});
