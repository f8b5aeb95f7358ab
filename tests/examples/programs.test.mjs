// Each program of examples/ does and says the same, and fails where it should.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

import { folder } from "../clients/support/processes.mjs";
import { repository, startBoth } from "./support/setup.mjs";

const programs = {
    "curl.sh": ["bash"],
    "fetch.mjs": ["node"],
    "client.py": ["python3", "-B"],
    "client.php": ["php"],
    "client.go": ["go", "run"],
};
const said = `greeting: hello
nobody: not there
bytes: 256, as they went
stock: 9, then 412
visits: 42
refused: not_a_number
`;

const { server, gateway } = await startBoth();
const goCache = folder();

async function run(name, variables) {
    const [program, ...args] = programs[name];
    const env = { PATH: process.env.PATH, HOME: goCache, GOCACHE: goCache, GOTOOLCHAIN: "local", ...variables };
    const child = spawn(program, [...args, `examples/${name}`], { cwd: repository, env, stdio: ["ignore", "pipe", "pipe"] });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (errors += text));
    const [code] = await once(child, "close");
    return { code, output, errors };
}

for (const name of Object.keys(programs)) {
    test(`${name} does what it says`, { timeout: 300_000 }, async () => {
        server.cli("flushall");
        const { code, output, errors } = await run(name, { REDISERVE_URL: gateway.url, REDISERVE_TOKEN: gateway.token });
        assert.deepEqual({ code, output, errors }, { code: 0, output: said, errors: "" });
        assert.equal(server.cli("get", "greetings/en").toString(), "hello");
        assert.ok(Number(server.cli("ttl", "greetings/en")) > 0);
        assert.deepEqual(server.cli("get", "bytes"), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
        assert.equal(server.cli("get", "stock").toString(), "9");
    });

    test(`${name} fails with a wrong token, and where nobody listens`, { timeout: 300_000 }, async () => {
        const refused = await run(name, { REDISERVE_URL: gateway.url, REDISERVE_TOKEN: "wrong" });
        assert.notEqual(refused.code, 0);
        assert.equal(refused.output.includes("greeting"), false);
        const nobody = await run(name, { REDISERVE_URL: "http://127.0.0.1:1", REDISERVE_TOKEN: "x" });
        assert.notEqual(nobody.code, 0);
    });
}
