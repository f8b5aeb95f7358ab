// What nearly every test file wants: one server, one gateway, and clients of it. Importing it starts them.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { after, test as declare } from "node:test";

import { Redis } from "@upstash/redis";

import { Gateway, RedisServer, until } from "./processes.mjs";

export { assert, Gateway, Redis, RedisServer, until };

// Node 18 keeps it behind a flag, and @upstash/lock needs it.
globalThis.crypto ??= webcrypto;

export const server = await RedisServer.start();
export const gateway = await Gateway.start(server);

// Ends the streams that a failed test has left, which would keep the program running.
after(() => gateway.child.end("SIGKILL"));

/** The ways in which people use the client: as it comes, and with everything off that can be. */
export const kinds = {
    default: {},
    plain: { responseEncoding: false, enableAutoPipelining: false, readYourWrites: false, enableTelemetry: false },
};

export function client(options = {}) {
    return new Redis({ url: gateway.url, token: gateway.token, ...options });
}

let uses = 0;

/**
 * Declares a test: `body({ key, defer })`.
 *
 * `key("a")` makes keys that no other test has; `defer(f)` calls f at the end.
 */
export function test(name, body, { skip = false } = {}) {
    const prefix = `test${++uses}`;
    const key = (what = "key") => `${prefix}:${what}`;
    declare(name, { skip, timeout: 60_000 }, (context) => body({ key, defer: (last) => context.after(last) }));
}

/**
 * A test for each kind of client: `body({ redis, batched, key, defer })`. `batched` says that calls go in pipelines.
 *
 * `needs` names a command that not every server has; the test is skipped on those.
 */
export function eachClient(name, body, { needs, skip = false } = {}) {
    if (needs && !server.supports(needs)) skip = `${server.name} has no ${needs.toUpperCase()}`;
    for (const [kind, options] of Object.entries(kinds)) {
        const given = { redis: client(options), batched: kind === "default" };
        test(`${name} [${kind}]`, (more) => body({ ...given, ...more }), { skip });
    }
}

/** A request without any client library; the answer has `status`, `headers` and `body`, a buffer. */
export async function raw(method, path, { body, headers = {} } = {}) {
    const authorization = `Bearer ${gateway.token}`;
    const answer = await fetch(`${gateway.url}${path}`, { method, body, headers: { authorization, ...headers } });
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

/** That the promise is refused with an error of the client's whose text is `text`, or contains it. */
export async function refused(promise, text) {
    await assert.rejects(promise, (error) => {
        assert.equal(error.name, "UpstashError");
        if (text instanceof RegExp) assert.match(error.message, text);
        else assert.ok(error.message.includes(text), `"${error.message}" lacks "${text}"`);
        return true;
    });
}
