// Each program of examples/ does and says what the others of its kind do, and fails where it should.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

import { folder } from "../clients/support/processes.mjs";
import { forgetful } from "./support/forgetful.mjs";
import { repository, startBoth } from "./support/setup.mjs";

const interpreters = { sh: ["bash"], mjs: ["node"], py: ["python3", "-B"], php: ["php"], go: ["go", "run"] };
const inThreeLanguages = (kind) => ["sh", "mjs", "py"].map((language) => `${kind}.${language}`);
const clients = ["curl.sh", "fetch.mjs", "client.py", "client.php", "client.go"];
const retrying = inThreeLanguages("retries");
const said = `greeting: hello
nobody: not there
bytes: 256, as they went
stock: 9, then 412
visits: 42
refused: not_a_number
`;
const saidOfRetries = `order 1, 9 left
order 1, 9 left
order 2, 8 left
refused: idempotency_key_reused
`;

const { server, gateway } = await startBoth();
const goCache = folder();

async function run(name, variables) {
    const [program, ...args] = interpreters[name.split(".").at(-1)];
    const env = { PATH: process.env.PATH, HOME: goCache, GOCACHE: goCache, GOTOOLCHAIN: "local", ...variables };
    const child = spawn(program, [...args, `examples/${name}`], { cwd: repository, env, stdio: ["ignore", "pipe", "pipe"] });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (errors += text));
    const [code] = await once(child, "close");
    return { code, output, errors };
}

for (const name of clients) {
    test(`${name} does what it says`, { timeout: 300_000 }, async () => {
        server.cli("flushall");
        const { code, output, errors } = await run(name, { REDISERVE_URL: gateway.url, REDISERVE_TOKEN: gateway.token });
        assert.deepEqual({ code, output, errors }, { code: 0, output: said, errors: "" });
        assert.equal(server.cli("get", "greetings/en").toString(), "hello");
        assert.ok(Number(server.cli("ttl", "greetings/en")) > 0);
        assert.deepEqual(server.cli("get", "bytes"), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
        assert.equal(server.cli("get", "stock").toString(), "9");
    });
}

for (const name of retrying) {
    for (const every of [Infinity, 2]) {
        const where = every === 2 ? "where every other answer is lost" : "where none is lost";
        test(`${name} orders twice, ${where}`, { timeout: 300_000 }, async () => {
            server.cli("flushall");
            const between = await forgetful(gateway.port, every);
            const { code, output, errors } = await run(name, { REDISERVE_URL: between.url, REDISERVE_TOKEN: gateway.token });
            await between.end();
            assert.deepEqual({ code, output, errors }, { code: 0, output: saidOfRetries, errors: "" });
            assert.equal(between.forgotten > 0, every === 2);
            assert.equal(server.cli("get", "stock").toString(), "8");
            assert.equal(server.cli("llen", "orders").toString(), "2");
        });
    }
}

// The others, each told by what it prints.
const others = {
    transactions: "points: 36\nchanges: 8\n",
    streams: '{"for":"Ann"}\n{"for":"Ben"}\n{"for":"Cleo"}\n',
    workers: "ann writes to Ada\nben writes to Bob\nben writes to Cleo\n",
    watch: "changed: 2\nreset\nset watched 2\nready\nset watched 3\n",
    typed: "user: Ada, 36\ntags: fast, small\nhalf the score: 0.75\nlogo: 2 bytes\n",
};

for (const [kind, expected] of Object.entries(others)) {
    for (const name of inThreeLanguages(kind)) {
        test(`${name} does what it says`, { timeout: 300_000 }, async () => {
            server.cli("flushall");
            const { code, output, errors } = await run(name, { REDISERVE_URL: gateway.url, REDISERVE_TOKEN: gateway.token });
            assert.deepEqual({ code, output, errors }, { code: 0, output: expected, errors: "" });
        });
    }
}

for (const name of [...clients, ...retrying, ...Object.keys(others).flatMap(inThreeLanguages)]) {
    test(`${name} fails with a wrong token, and where nobody listens`, { timeout: 300_000 }, async () => {
        const refused = await run(name, { REDISERVE_URL: gateway.url, REDISERVE_TOKEN: "wrong" });
        assert.notEqual(refused.code, 0);
        assert.equal(/greeting|order|points|user|changed|writes/.test(refused.output), false);
        const nobody = await run(name, { REDISERVE_URL: "http://127.0.0.1:1", REDISERVE_TOKEN: "x" });
        assert.notEqual(nobody.code, 0);
    });
}
