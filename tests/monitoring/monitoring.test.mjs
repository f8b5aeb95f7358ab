// The alert rules and the dashboard that the documentation ships, against the real daemon and a real Prometheus.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Child, folder, Gateway, RedisServer, until } from "../clients/support/processes.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const alerts = here("../../docs/monitoring/alerts.yaml");
const dashboard = JSON.parse(readFileSync(here("../../docs/monitoring/dashboard.json"), "utf8"));

const redis = await RedisServer.start();
const gateway = await Gateway.start(redis);
const started = [gateway.child, redis.child];
after(() => Promise.all(started.map((child) => child.end("SIGKILL"))));

const asked = { headers: { Authorization: `Bearer ${gateway.token}` } };
const metrics = () => fetch(`${gateway.url}/metrics`, asked).then((answer) => answer.text());

/** What the panels ask for, as Grafana would send it for all jobs and instances. */
const expressions = dashboard.panels
    .flatMap((panel) => (panel.targets ?? []).map(({ expr }) => ({ title: panel.title, expr })))
    .map(({ title, expr }) => ({
        title,
        expr: expr.replaceAll(/\$(job|instance)\b/g, ".*").replaceAll("$__rate_interval", "1m"),
    }));

const namesIn = (text) => new Set(text.match(/\brediserve_[a-z_]+/g));

async function startPrometheus() {
    const path = folder();
    const { host } = new URL(gateway.url);
    const config = {
        global: { scrape_interval: "1s" },
        rule_files: [alerts],
        scrape_configs: [
            {
                job_name: "rediserve",
                authorization: { credentials: gateway.token },
                static_configs: [{ targets: [host] }],
            },
        ],
    };
    writeFileSync(`${path}/prometheus.yaml`, JSON.stringify(config)); // which is YAML, too
    const child = new Child("prometheus", [
        `--config.file=${path}/prometheus.yaml`,
        `--storage.tsdb.path=${path}/data`,
        "--web.listen-address=127.0.0.1:0",
    ]);
    started.unshift(child);
    const address = await until(
        () => child.output.match(/Listening on.*address=(127\.0\.0\.1:\d+)/)?.[1] ?? !child.alive,
        "prometheus",
        60_000,
    );
    assert.notEqual(address, true, child.output);
    await until(() => fetch(`http://${address}/-/ready`).then((answer) => answer.ok), "/-/ready", 60_000);
    return `http://${address}/api/v1`;
}

test("promtool finds nothing wrong with the alert rules, and they fire when they should", () => {
    execFileSync("promtool", ["check", "rules", alerts]);
    execFileSync("promtool", ["test", "rules", here("alerts_test.yaml")]);
});

test("promtool finds nothing wrong with the metrics", async () => {
    assert.equal(execFileSync("promtool", ["check", "metrics"], { input: await metrics(), encoding: "utf8" }), "");
});

test("rules and dashboard name only metrics that there are", async () => {
    const there = namesIn(await metrics());
    const named = [...namesIn(readFileSync(alerts, "utf8")), ...namesIn(JSON.stringify(dashboard))];
    assert.ok(named.length > 20);
    assert.deepEqual(named.filter((name) => !there.has(name)), []);
});

test("the dashboard's panels have places of their own", () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    assert.ok(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24));
    assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
});

test("a Prometheus that scrapes the gateway can draw every panel", async () => {
    const prometheus = await startPrometheus();
    const ask = async (query) => {
        const answer = await fetch(`${prometheus}/query?${new URLSearchParams({ query })}`);
        const { status, error, data } = await answer.json();
        assert.equal(status, "success", `${query}: ${error}`);
        return data.result;
    };
    await until(async () => {
        await fetch(`${gateway.url}/keys/missing`, asked);
        return (await ask(`count_over_time(up{job="rediserve"}[1m]) >= 5`)).length > 0;
    }, "five scrapes", 60_000);
    assert.equal((await ask("up"))[0].value[1], "1");
    for (const { title, expr } of expressions) {
        const quiet = expr.endsWith("> 0"); // shows only what happens
        assert.ok((await ask(expr)).length > 0 || quiet, `${title}: nothing for ${expr}`);
    }
    const rules = await fetch(`${prometheus}/rules`).then((answer) => answer.json());
    assert.ok(rules.data.groups[0].rules.every(({ health }) => health !== "err"));
});
