// examples/stream.html in a real browser: its EventSource comes again by itself and misses nothing, whatever is restarted under it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, test } from "node:test";

import { folder, Gateway, RedisServer, until } from "../clients/support/processes.mjs";
import { Browser, isThere } from "./support/browser.mjs";
import { repository } from "./support/setup.mjs";

const page = readFileSync(`${repository}examples/stream.html`);
const site = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(page)).listen(0, "127.0.0.1");
site.unref();
await once(site, "listening");
const origin = `http://127.0.0.1:${site.address().port}`;
const config = `${folder()}/rediserve.json`;
writeFileSync(config, JSON.stringify({ http: { cors: { origins: origin } } }));

const options = { timeout: 120_000, skip: !isThere && "there is no Chromium" };

test("a page misses nothing while the gateway and Redis are killed and come back", options, async () => {
    const server = await RedisServer.start({ keeps: true });
    let gateway = await Gateway.start(server, { args: ["--config", config] });
    const browser = await Browser.start();
    after(async () => Promise.all([browser.end(), gateway.child.end("SIGKILL"), server.child.end("SIGKILL")]));
    const { port } = gateway;

    const shown = await browser.open(`${origin}/`);
    await until(() => shown('document.readyState === "complete" && document.forms.length === 1'), "the page is there");
    for (const [id, value] of Object.entries({ url: gateway.url, token: gateway.token, stream: "orders" }))
        await shown(`document.getElementById("${id}").value = ${JSON.stringify(value)}`);
    await shown('document.querySelector("button").click()');
    const status = () => shown('document.querySelector("[role=status]").textContent');
    const items = () => shown('[...document.querySelectorAll("li")].map((item) => item.textContent)');
    await until(async () => /^Following/.test(await status()), "it follows", 30_000);

    let count = 0;
    const append = (more) => {
        for (let n = 0; n < more; n++) server.cli("xadd", "orders", "*", "n", String(++count));
    };
    for (let round = 0; round < 3; round++) {
        append(10);
        await gateway.child.end("SIGKILL");
        append(10);
        gateway = await Gateway.start(server, { port, args: ["--config", config] });
        append(10);
        await server.restart();
        append(10);
        await until(async () => (await items()).length >= count, "all is shown", 60_000);
    }
    const expected = Array.from({ length: count }, (_, n) => JSON.stringify({ n: String(n + 1) }));
    assert.deepEqual(await items(), expected);
});
