// Requests that are made from the document, right and wrong ones: each is answered as the document has it, and never with what
// only a fault may lead to.
//
// A failure names its seed and path; REDISERVE_SEED=seed or REDISERVE_SEED=seed,path does the same again. REDISERVE_REQUESTS
// (4000) says how many there are.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import fc from "fast-check";

import { authorized, prepare, sound } from "./support/daemons.mjs";
import { operations, wrong } from "./support/document.mjs";
import { requests } from "./support/generate.mjs";
import { send } from "./support/http.mjs";

// The commit's own unless one is named: what has passed passes again, and every commit tries others.
const commit = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).stdout;
const [seed, path] = (process.env.REDISERVE_SEED ?? `${parseInt(commit?.slice(0, 7) || "1", 16)}`).split(",");
const numRuns = Number(process.env.REDISERVE_REQUESTS ?? 4000);
const within = Math.max(90_000, numRuns * 10); // however slow the machine is

// With a Redis that is well these must not happen; of what is said of HTTP itself, nothing here gives reason.
const onlyOfFaults = [408, 417, 431, 500, 501, 502, 503, 504, 505];

const templates = [...new Set(operations.map((one) => one.path))]
    .map((template) => ({
        template,
        of: new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, "[^/]*")}$`),
    }))
    .sort((a, b) => a.template.split("{").length - b.template.split("{").length);
const dialects = ["/keys", "/livez", "/readyz", "/version", "/metrics", "/openapi.json", "/streams", "/tickets"];

// Whatever comes behind these names, they are no commands.
const listens = (path) => /^\/([ps]?subscribe|monitor)(\/|$)/i.test(path);
const follows = ({ path, query }) => /^\/streams\/[^/]+$/.test(path) || /(^|&)watch=/.test(query ?? "");

/** The path of the document that `path` is one of; nothing where there is none. */
function templateOf(path) {
    if (listens(path)) return "/subscribe/{channels}";
    const concrete = (template) => !template.startsWith("/{");
    const mine = dialects.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
    const found = templates.find(({ template, of }) => of.test(path) && (concrete(template) || !mine));
    return found || mine ? found?.template : "/{command}/{arguments}";
}

/** The statuses there may be where the document has no operation to look at; 400: the path itself makes no sense. */
function others({ method }, template, operation) {
    if (method === "OPTIONS") return template ? [200, 204, 400] : [400, 404];
    if (operation) return [];
    // A command may be sent by methods that are not documented where its document is expected.
    return template ? [200, 400, 405, 413] : [400, 404, 405];
}

function check(request, answer) {
    assert.ok(!onlyOfFaults.includes(answer.status), `${answer.status} ${answer.body}`);
    const template = templateOf(request.path);
    const operation = operations.find((one) => one.path === template && one.method === request.method);
    if (operation) {
        const anyType = /(^|&)type=/.test(request.query);
        return assert.equal(
            wrong(operation, answer, { anyType }),
            "",
            `${operation.id}: ${answer.status} ${answer.body}`,
        );
    }
    assert.ok(
        others(request, template, operation).includes(answer.status),
        `${template}: ${answer.status} ${answer.body}`,
    );
}

/** A stream of events does not end; its head is enough. */
const headIsThere = (received) => /^content-type: text\/event-stream\r$/im.test(received.toString("latin1"));

async function ask(request) {
    const daemon = await sound();
    const target = request.path + (request.query ? `?${request.query}` : "");
    const headers = { ...authorized(), ...request.headers };
    const answer = await send(daemon.url, {
        ...request,
        target,
        headers,
        enough: listens(request.path) || follows(request) ? headIsThere : undefined,
    });
    assert.ok(daemon.child.alive, "the daemon has died");
    return answer;
}

const everything = [
    ["SET", "string", "hello"],
    ["SET", "number", "5"],
    ["HSET", "hash", "f", "hello", "number", "1"],
    ["RPUSH", "list", "hello", "m"],
    ["SADD", "set", "m", "f"],
    ["ZADD", "zset", "1.5", "m", "inf", "f"],
    ["XADD", "stream", "1-0", "f", "v"],
];

test(`generated requests, REDISERVE_SEED=${seed}`, { timeout: within + 120_000 }, async () => {
    await prepare(everything);
    const seen = {};
    const property = fc.asyncProperty(requests, async (request) => {
        const answer = await ask(request);
        seen[answer.status] = (seen[answer.status] ?? 0) + 1;
        check(request, answer);
    });
    await fc.assert(property, {
        seed: Number(seed),
        path,
        numRuns,
        interruptAfterTimeLimit: within,
        endOnFailure: false,
    });
    console.log(`answers: ${JSON.stringify(seen)}`);
    assert.ok(seen[200] > seen[405], "hardly anything that was asked was right");
    const ready = await send((await sound()).url, { target: "/readyz" });
    assert.equal(ready.status, 200, ready.body.toString());
});
