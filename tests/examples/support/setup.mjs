// A Redis and the gateway before it. Importing it starts them.
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { Gateway, RedisServer } from "../../clients/support/processes.mjs";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));

export async function startBoth(config) {
    const server = await RedisServer.start();
    const gateway = await Gateway.start(server, { args: config ? ["--config", config] : [] });
    after(() => Promise.all([gateway, server].map((each) => each.child.end("SIGKILL"))));
    return { server, gateway };
}
