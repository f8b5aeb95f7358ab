// What the daemon's router knows of each path is what the document has there.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { authorized, sound } from "./support/daemons.mjs";
import { document, operations } from "./support/document.mjs";
import { send } from "./support/http.mjs";

const examples = {
    key: "k",
    field: "f",
    index: "0",
    member: "m",
    id: "1-0",
    command: "ping",
    arguments: "x",
    channels: "news",
};
const all = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY", "OPTIONS", "TRACE", "BREW"];

// A document of commands is expected by POST; Upstash takes the other methods as well, and answers one without a body 400.
const tolerated = ["/", "/pipeline", "/multi-exec"];

// OpenAPI 3.1 has no place for this method.
const queried = ["/", "/pipeline"];
const queryTypes = '"application/json", "application/msgpack", "application/cbor"';

// The command API answers a preflight 200 without `Allow`, as Upstash does.
const upstash = (path) => operations.some((one) => one.path === path && ["commands", "events"].includes(one.tags[0]));

const targetOf = (path) => path.replaceAll(/\{(\w+)\}/g, (_, name) => examples[name]);
const ask = async (method, path, query = "") =>
    send((await sound()).url, { method, target: targetOf(path) + query, headers: authorized() });
const sorted = (list) => list.split(", ").sort().join(", ");

for (const path of Object.keys(document.paths)) {
    const offered = operations.filter((one) => one.path === path).map((one) => one.method);
    if (tolerated.includes(path)) offered.push("GET", "HEAD", "PUT");
    if (queried.includes(path)) offered.push("QUERY");
    const allow = [...offered, "OPTIONS"].sort().join(", ");

    test(`${path} offers ${allow}`, async () => {
        const refused = all.filter((method) => method !== "OPTIONS" && !offered.includes(method));
        for (const method of refused) {
            const answer = await ask(method, path);
            assert.equal(answer.status, 405, method);
            assert.equal(sorted(answer.headers.allow), allow, method);
        }
        for (const method of offered) assert.notEqual((await ask(method, path)).status, 405, method);
        // A preflight is answered whatever is wrong with the request that it is about.
        for (const query of ["", "?read=sideways"]) {
            const options = await ask("OPTIONS", path, query);
            assert.equal(options.status, upstash(path) ? 200 : 204, query);
            if (!upstash(path)) assert.equal(sorted(options.headers.allow), allow);
            assert.equal(options.headers["accept-query"], queried.includes(path) ? queryTypes : undefined);
        }
    });
}

test("nothing else is under the paths of the document", async () => {
    const others = [
        "/keys/k/other",
        "/keys/k/incr/x",
        "/keys/k/append/x",
        "/livez/x",
        "/version/",
        "/tickets/x",
        "/streams/k/other",
        "/streams/k/groups/g/other",
        "/openapi.json/x",
    ];
    for (const path of others) {
        const answer = await ask("GET", path);
        assert.deepEqual([answer.status, JSON.parse(answer.body.toString()).code], [404, "unknown_resource"], path);
    }
});
