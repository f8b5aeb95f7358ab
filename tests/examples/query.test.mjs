// examples/query.* ask again when an answer is lost, and give up what is refused.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { Relay } from "../proxies/support/relay.mjs";
import { repository, startBoth } from "./support/setup.mjs";

const programs = { "query.sh": ["bash"], "query.mjs": ["node"], "query.py": ["python3", "-B"] };
const { server, gateway } = await startBoth();

const run = ([program, ...args], name, REDISERVE_URL, REDISERVE_TOKEN = gateway.token) =>
    promisify(execFile)(program, [...args, `examples/${name}`], {
        cwd: repository,
        env: { PATH: process.env.PATH, REDISERVE_URL, REDISERVE_TOKEN },
    });

for (const [name, by] of Object.entries(programs)) {
    for (const losses of [0, 2])
        test(`${name} is answered when ${losses} answers are lost`, async () => {
            server.cli("flushall");
            const relay = await Relay.start(gateway.port);
            relay.loses = { test: (bytes) => relay.lost < losses && bytes.toString().startsWith("QUERY ") };
            const { stdout, stderr } = await run(by, name, `http://${relay.address}`);
            assert.deepEqual([stdout, stderr], ["name: Ada\npoints: 7\nrefused: 422\n", ""]);
            assert.equal(relay.lost, losses);
            assert.equal(server.cli("hget", "user:1", "name").toString(), "Ada");
        });

    test(`${name} fails with a wrong token, and where nobody listens`, async () => {
        await assert.rejects(run(by, name, gateway.url, "wrong"));
        await assert.rejects(run(by, name, "http://127.0.0.1:1"));
    });
}
