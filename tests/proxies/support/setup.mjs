// What every test file wants: one server, one gateway, and each of the proxies before it. Importing it starts them.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, test as declare } from "node:test";

import { folder, Gateway, RedisServer, until } from "../../clients/support/processes.mjs";
import { kinds, Proxy } from "./proxies.mjs";
import { token } from "./requests.mjs";

export { assert, Gateway, Proxy, RedisServer, until };
export const mebi = 1024 * 1024;

// What the documentation asks for, and what tests want: a sign of each request's address, a limit that is quickly reached,
// and no signs of life that could tell a proxy of a client's end.
function configuration(http) {
    const path = `${folder()}/rediserve.json`;
    const limits = { body: "16m", stream_idle: "10m" };
    const settings = { http: { trusted_proxies: "127.0.0.1", limits, ...http }, audit: { file: "-", allowed: true } };
    writeFileSync(path, JSON.stringify(settings));
    return path;
}

export const startGateway = (redis, { port = 0, http = {}, args = [] } = {}) =>
    Gateway.start(redis, { token, port, args: ["--config", configuration(http), ...args] });

export const server = await RedisServer.start();
export const gateway = await startGateway(server);
after(() => gateway.child.end("SIGKILL"));

export const upstream = (of) => `127.0.0.1:${of.port}`;

/** The kinds that are tested: all, unless REDISERVE_PROXIES names some. */
export const tested = process.env.REDISERVE_PROXIES?.split(" ") ?? Object.keys(kinds);

const proxies = {};
for (const kind of tested) proxies[kind] = await Proxy.start(kind, upstream(gateway));

/** Declares a test for each proxy: `body({ proxy, kind, key, defer })`, where `key` begins what no other test uses. */
export function eachProxy(name, body) {
    for (const kind of tested)
        declare(`${kind}: ${name}`, { timeout: 120_000 }, (context) =>
            body({ proxy: proxies[kind], kind, key: `${kind}:${name}:`, defer: (last) => context.after(last) }),
        );
}
