// examples/events.html in a real browser, on a site of its own.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, test as declare } from "node:test";

import { folder, Gateway, until } from "../clients/support/processes.mjs";
import { Browser, isThere } from "./support/browser.mjs";
import { repository, startBoth } from "./support/setup.mjs";

// Another port is another origin.
async function site() {
    const page = readFileSync(`${repository}examples/events.html`);
    const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(page)).listen(0, "127.0.0.1");
    server.unref();
    await once(server, "listening");
    return `http://127.0.0.1:${server.address().port}`;
}

const [listed, unlisted] = [await site(), await site()];
const config = `${folder()}/rediserve.json`;
writeFileSync(config, JSON.stringify({ http: { cors: { origins: listed } } }));
const { server, gateway } = await startBoth(config);
const browser = isThere && (await Browser.start());
after(() => browser && browser.end());

const options = { timeout: 120_000, skip: !isThere && "there is no Chromium" };
const test = (name, body) => declare(name, options, body);

const status = 'document.querySelector("[role=status]")?.textContent';
const items = '[...document.querySelectorAll("li")].map((item) => item.textContent)';
const subscribers = (channel) => server.cli("pubsub", "numsub", channel).toString().split("\n")[1];

async function listen(origin, channel, { to = gateway, token = to.token } = {}) {
    const page = await browser.open(`${origin}/`);
    await until(() => page('document.readyState === "complete" && document.forms.length === 1'), "the page is there");
    for (const [id, value] of Object.entries({ url: to.url, token, channel }))
        await page(`document.getElementById("${id}").value = ${JSON.stringify(value)}`);
    await page('document.querySelector("button").click()');
    return page;
}

const says = (page, pattern) => until(async () => pattern.test(await page(status)), `the page says ${pattern}`, 30_000);

test("a page shows what is published", async () => {
    const channel = "news, weather/north";
    const page = await listen(listed, channel);
    await says(page, /^Listening to news/);
    const messages = ["hello", "a, b", "<b>no markup</b>", "Grüße \u{1f600}", "two\nlines"];
    for (const [index, message] of messages.entries()) {
        server.cli("publish", channel, message);
        await until(async () => (await page(items)).length === index + 1, "a message is shown");
    }
    const shown = await page(items);
    assert.deepEqual(shown.slice(0, 4), messages.slice(0, 4));
    assert.equal(JSON.parse(shown[4]), messages[4]);
    assert.equal(await page('document.querySelectorAll("li b").length'), 0);
});

test("a page comes again by itself, with a new ticket", async () => {
    const own = await Gateway.start(server, { args: ["--config", config] });
    const page = await listen(listed, "again", { to: own });
    await says(page, /^Listening/);
    const { port } = own;
    await own.child.end("SIGKILL");
    await says(page, /^The connection is gone|^Not listening/);
    const next = await Gateway.start(server, { port, args: ["--config", config] });
    await says(page, /^Listening/);
    await until(() => subscribers("again") === "1", "it has subscribed");
    server.cli("publish", "again", "after all");
    await until(async () => (await page(items)).at(-1) === "after all", "a message is shown");
    await next.child.end("SIGKILL");
});

test("a page with a wrong token says so", async () => {
    const page = await listen(listed, "news", { token: "wrong" });
    await says(page, /^Not listening: .*token/);
});

test("a page of another site is not let in", async () => {
    const page = await listen(unlisted, "private");
    await says(page, /^Not listening: Failed to fetch/);
    assert.equal(subscribers("private"), "0");
});
