// The daemons that the cases are put to: each made when the first case needs it.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import net from "node:net";

import { folder, Gateway, RedisServer, until } from "../../clients/support/processes.mjs";
import { FaultyRedis } from "./faulty_redis.mjs";
import { send } from "./http.mjs";

export const tokens = { all: "secret", denied: "denied", slow: "slow", few: "few" };

export const collectionItems = 20;

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const everything = "+@all +@dangerous ~* &*";

function accessFile() {
    const path = `${folder()}/access.json`;
    const principals = {
        denied: { rules: everything, deny: "0.0.0.0/0, ::/0" },
        slow: { rules: everything, rates: { requests: { amount: 1, per: "1h" } } },
        few: { rules: everything, limits: { reply: 64 } },
    };
    const entries = Object.keys(principals).map((principal) => ({ sha256: sha256(tokens[principal]), principal }));
    writeFileSync(path, JSON.stringify({ principals, tokens: entries }));
    return path;
}

function once(make) {
    let made;
    return () => (made ??= make());
}

export const redis = once(() => RedisServer.start());

const usual = { threads: 1, keys: { collection_items: collectionItems, watch_wait: "100ms" } };

/** With a real Redis, and everything as it should be. */
export const sound = once(async () => {
    const gateway = await Gateway.start(await redis(), { config: usual, args: ["--access", accessFile()] });
    await send(gateway.url, { headers: { Authorization: `Bearer ${tokens.slow}` }, target: "/version" });
    return gateway;
});

/** Whose Redis is not there. */
export const down = once(() => {
    const nowhere = { url: `unix://${folder()}/nobody.sock` };
    return Gateway.start(nowhere, { config: usual, ready: false });
});

/** That waits for a header no longer than it must. */
export const hasty = once(async () => {
    const config = { ...usual, http: { limits: { header_timeout: "1s" } } };
    return Gateway.start(await redis(), { config });
});

/** That takes one connection, and has one. */
export const crowded = once(async () => {
    const config = { ...usual, http: { limits: { connections: 1, header_timeout: "1h", idle_timeout: "1h" } } };
    const gateway = await Gateway.start(await redis(), { config, ready: false });
    const { hostname, port } = new URL(gateway.url);
    const only = net.connect({ host: hostname, port });
    only.unref();
    only.on("error", () => {});
    // It counts from when the daemon has accepted it.
    await until(async () => (await send(gateway.url, { target: "/livez" })).status === 503, "a full house");
    return gateway;
});

/** Whose Redis misbehaves when it is told to: `{ gateway, redis }`. */
export const faulty = once(async () => {
    const between = await FaultyRedis.start((await redis()).socket);
    return { gateway: await Gateway.start(between, { config: usual }), redis: between };
});

export const authorized = (token = tokens.all) => ({ Authorization: `Bearer ${token}` });

/** Runs commands by the sound daemon, after everything was deleted. */
export async function prepare(commands = []) {
    const gateway = await sound();
    const body = JSON.stringify([["FLUSHALL"], ...commands]);
    const answer = await send(gateway.url, { method: "POST", target: "/pipeline", headers: authorized(), body });
    const failed = JSON.parse(answer.body.toString()).find?.((one) => one.error);
    if (answer.status !== 200 || failed) throw new Error(`cannot prepare ${body}: ${answer.body}`);
}
