// The daemon serves the document, and its examples are what its schemas say.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { authorized, sound } from "./support/daemons.mjs";
import { document, resolved, violation } from "./support/document.mjs";
import { send } from "./support/http.mjs";

const fetched = async (method, headers = {}) =>
    send((await sound()).url, { method, target: "/openapi.json", headers: { ...authorized(), ...headers } });

test("what is served is docs/openapi.yaml", async () => {
    const answer = await fetched("GET");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.deepEqual(JSON.parse(answer.body.toString()), document);
});

test("its version is that of the daemon", async () => {
    const answer = await send((await sound()).url, { target: "/version", headers: authorized() });
    assert.equal(JSON.parse(answer.body.toString()).version, document.info.version);
});

test("who has it already is not sent it again", async () => {
    const { etag } = (await fetched("GET")).headers;
    for (const method of ["GET", "HEAD"])
        for (const known of [etag, `"other", W/${etag}`, "*"]) {
            const answer = await fetched(method, { "If-None-Match": known });
            assert.deepEqual([answer.status, answer.body.length, answer.headers.etag], [304, 0, etag]);
        }
    const changed = await fetched("HEAD", { "If-None-Match": '"other"' });
    assert.deepEqual([changed.status, changed.headers.etag], [200, etag]);
});

/** Everything in the document that has a schema and examples of it. */
function* described(at, path = "") {
    if (typeof at !== "object" || at === null) return;
    if (at.schema && typeof at.schema === "object") {
        if ("example" in at) yield { path, schema: at.schema, value: at.example };
        for (const [name, example] of Object.entries(at.examples ?? {}))
            yield { path: `${path}/${name}`, schema: at.schema, value: resolved(example).value };
    }
    for (const [name, inner] of Object.entries(at))
        if (name !== "example" && name !== "examples") yield* described(inner, `${path}/${name}`);
}

test("every example is as its schema says", () => {
    let count = 0;
    for (const { path, schema, value } of described(document)) {
        assert.equal(violation(schema, value), "", `${path}: ${JSON.stringify(value)}`);
        ++count;
    }
    assert.ok(count > 50, `only ${count} examples were found`);
});

test("every schema, parameter and header is used", () => {
    const text = JSON.stringify(document);
    for (const kind of ["schemas", "parameters", "headers", "responses"])
        for (const name of Object.keys(document.components[kind]))
            assert.ok(text.includes(`"#/components/${kind}/${name}"`), `${kind}/${name} is not used`);
});
