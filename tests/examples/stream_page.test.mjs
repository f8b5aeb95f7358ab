// Streams in a real browser: its EventSource comes again by itself and misses nothing, whatever is restarted under it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, test } from "node:test";

import { Gateway, RedisServer, until } from "../clients/support/processes.mjs";
import { Browser, isThere } from "./support/browser.mjs";
import { repository } from "./support/setup.mjs";

const page = readFileSync(`${repository}examples/stream.html`);
const site = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(page)).listen(0, "127.0.0.1");
site.unref();
await once(site, "listening");
const origin = `http://127.0.0.1:${site.address().port}`;
const config = { http: { cors: { origins: origin } } };

const options = { timeout: 120_000, skip: !isThere && "there is no Chromium" };

/** A Redis that keeps its data, a gateway that lets the page in, and the page in a browser. */
async function begin() {
    const server = await RedisServer.start({ keeps: true });
    const scene = { server, gateway: await Gateway.start(server, { config }) };
    const browser = await Browser.start();
    after(async () => Promise.all([browser.end(), scene.gateway.child.end("SIGKILL"), server.child.end("SIGKILL")]));
    scene.shown = await browser.open(`${origin}/`);
    await until(() => scene.shown('document.readyState === "complete" && document.forms.length === 1'), "the page is there");
    return scene;
}

/** Kills the gateway and Redis under the page three times, while entries are added; answers what all of them are. */
async function disturb(scene, stream, hasAll) {
    const { server } = scene;
    const { port } = scene.gateway;
    let count = 0;
    const append = (more) => {
        for (let n = 0; n < more; n++) server.cli("xadd", stream, "*", "n", String(++count));
    };
    for (let round = 0; round < 3; round++) {
        append(10);
        await scene.gateway.child.end("SIGKILL");
        append(10);
        scene.gateway = await Gateway.start(server, { port, config });
        append(10);
        await server.restart();
        append(10);
        await until(() => hasAll(count), "all has arrived", 60_000);
    }
    return Array.from({ length: count }, (_, n) => JSON.stringify({ n: String(n + 1) }));
}

test("a page misses nothing while the gateway and Redis are killed and come back", options, async () => {
    const scene = await begin();
    const { shown, gateway } = scene;
    for (const [id, value] of Object.entries({ url: gateway.url, token: gateway.token, stream: "orders" }))
        await shown(`document.getElementById("${id}").value = ${JSON.stringify(value)}`);
    await shown('document.querySelector("button").click()');
    const status = () => shown('document.querySelector("[role=status]").textContent');
    const items = () => shown('[...document.querySelectorAll("li")].map((item) => item.textContent)');
    await until(async () => /^Following/.test(await status()), "it follows", 30_000);

    const expected = await disturb(scene, "orders", async (count) => (await items()).length >= count);
    assert.deepEqual(await items(), expected);
});

/** Runs in the page: what it is given it acknowledges, as often as that takes. */
function consume(url, token) {
    window.done = new Map();
    const headers = { authorization: `Bearer ${token}` };
    const acknowledge = (id) =>
        fetch(`${url}/streams/jobs/groups/mail/ack`, { method: "POST", headers, body: JSON.stringify({ ids: [id] }) });
    const source = new EventSource(`${url}/streams/jobs?group=mail&consumer=page&_token=${token}`);
    source.onmessage = async ({ data, lastEventId }) => {
        window.done.set(lastEventId, data);
        while (!(await acknowledge(lastEventId).then((answer) => answer.ok, () => false)))
            await new Promise((resolve) => setTimeout(resolve, 100));
    };
}

test("a page is a consumer of a group, and all is done while the gateway and Redis are killed", options, async () => {
    const scene = await begin();
    const { shown, gateway, server } = scene;
    server.cli("xgroup", "create", "jobs", "mail", "0", "mkstream");
    await shown(`(${consume})(${JSON.stringify(gateway.url)}, ${JSON.stringify(gateway.token)})`);
    const pending = () => server.cli("xpending", "jobs", "mail").toString().split("\n")[0];
    const done = () => shown("[...window.done.values()]");

    const expected = await disturb(scene, "jobs", async (count) => (await done()).length >= count);
    assert.deepEqual(await done(), expected);
    await until(() => pending() === "0", "all is acknowledged", 30_000);
});
