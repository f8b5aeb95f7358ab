// The Helm chart: its values against their schema, and what it renders against Kubernetes' own schemas.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import Ajv from "ajv";
import { Deployment } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { Ingress } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, Service, ServiceAccount } from "kubernetes-models/v1";
import { parse } from "yaml";

const chart = new URL("../../docker/helm/rediserve/", import.meta.url);
const read = (name) => readFileSync(new URL(name, chart), "utf8");
const about = parse(read("Chart.yaml"));
const defaults = parse(read("values.yaml"));
const schema = JSON.parse(read("values.schema.json"));
const fits = new Ajv({ allErrors: true, strict: false }).compile(schema);
const models = {
    ConfigMap, Deployment, HorizontalPodAutoscaler, Ingress, PodDisruptionBudget, Service, ServiceAccount, ServiceMonitor,
};
const renderer = process.env.REDISERVE_CHART_RENDERER;

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
// As Helm lays what is given over the chart's own values.
const merge = (under, over) =>
    Object.entries(over).reduce(
        (all, [key, value]) => ({ ...all, [key]: isObject(value) && isObject(all[key]) ? merge(all[key], value) : value }),
        under,
    );

const complaints = (values) => (fits(values) ? [] : fits.errors.map((one) => `${one.instancePath} ${one.message}`));

function rendered(given) {
    const values = merge(defaults, given);
    assert.deepEqual(complaints(values), []);
    const templates = Object.fromEntries(
        readdirSync(new URL("templates/", chart)).map((name) => [name, read(`templates/${name}`)]),
    );
    const root = {
        Values: values,
        Chart: { Name: about.name, Version: about.version, AppVersion: about.appVersion },
        Release: { Name: "test", Namespace: "default", Service: "Helm" },
    };
    return spawnSync(renderer, { input: JSON.stringify({ root, templates }), encoding: "utf8" });
}

// All manifests by kind, each as its kind's schema wants it.
function manifests(given) {
    const done = rendered(given);
    assert.equal(done.status, 0, done.stderr);
    const { "NOTES.txt": notes, ...files } = JSON.parse(done.stdout);
    const all = { notes };
    for (const [name, text] of Object.entries(files)) {
        const manifest = parse(text);
        if (manifest === null) continue;
        const model = models[manifest.kind];
        assert.ok(model, `${name}: ${manifest.kind}`);
        new model(manifest).validate();
        all[manifest.kind] = manifest;
    }
    return all;
}

const least = { redis: { url: "redis://valkey:6379" }, auth: { existingSecret: "rediserve" } };
const variables = (deployment) =>
    Object.fromEntries(deployment.spec.template.spec.containers[0].env.map((one) => [one.name, one.value ?? one.valueFrom]));

test("the values that it comes with are as their schema says", () => {
    assert.deepEqual(complaints(defaults), []);
    const named = Object.keys(schema.properties).filter((name) => name !== "global");
    assert.deepEqual(named.sort(), Object.keys(defaults).sort());
});

test("the schema finds what is mistaken", () => {
    for (const mistake of [
        { replicaCount: "two" },
        { redis: { url: "http://valkey" } },
        { redis: { uri: "redis://valkey" } },
        { service: { port: 0 } },
        { image: { pullPolicy: "Sometimes" } },
        { tolerance: [] },
    ])
        assert.notEqual(complaints(merge(defaults, mistake)).length, 0, JSON.stringify(mistake));
});

test("its version is that of the daemon", () => {
    const [, version] = /project\(rediserve VERSION ([\d.]+)/.exec(
        readFileSync(new URL("../../CMakeLists.txt", import.meta.url), "utf8"),
    );
    assert.equal(about.appVersion, version);
});

test("the least that must be given makes all that is needed", () => {
    const made = manifests(least);
    assert.deepEqual(
        Object.keys(made).sort(),
        ["Deployment", "PodDisruptionBudget", "Service", "ServiceAccount", "notes"],
    );
    assert.deepEqual(variables(made.Deployment), {
        REDISERVE_LISTEN: "*:3000",
        REDISERVE_THREADS: "2",
        REDISERVE_DRAIN_GRACE: "5s",
        REDISERVE_DRAIN_TIMEOUT: "10s",
        REDISERVE_HTTP_LIMITS_BODY: "16m",
        REDISERVE_REDIS_REPLY_BYTES: "16m",
        REDISERVE_REDIS_URL: "redis://valkey:6379",
        REDISERVE_TOKEN: { secretKeyRef: { name: "rediserve", key: "token" } },
    });
    const selector = made.Service.spec.selector;
    assert.deepEqual(made.Deployment.spec.selector.matchLabels, selector);
    assert.deepEqual(made.PodDisruptionBudget.spec.selector.matchLabels, selector);
    for (const [name, value] of Object.entries(selector))
        assert.equal(made.Deployment.spec.template.metadata.labels[name], value);
    assert.match(made.notes, /get secret rediserve -o jsonpath='\{\.data\.token\}'/);
});

test("a pod may do nothing that it need not", () => {
    const { spec } = manifests(least).Deployment.spec.template;
    const [{ securityContext, resources, image }] = spec.containers;
    assert.equal(image, `rediserve:${about.appVersion}`);
    assert.deepEqual(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
    });
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.deepEqual(spec.securityContext.seccompProfile, { type: "RuntimeDefault" });
    assert.equal(spec.automountServiceAccountToken, false);
    assert.ok(resources.limits.memory);
});

test("a pod ends no sooner than the daemon in it", () => {
    const pod = manifests({ ...least, drain: { graceSeconds: 20, timeoutSeconds: 60 } }).Deployment.spec.template.spec;
    assert.equal(pod.terminationGracePeriodSeconds, 85);
    assert.equal(pod.containers[0].livenessProbe.httpGet.path, "/livez");
    assert.equal(pod.containers[0].readinessProbe.httpGet.path, "/readyz");
    const { graceSeconds } = defaults.drain;
    const { periodSeconds, failureThreshold } = defaults.readinessProbe;
    assert.ok(periodSeconds * failureThreshold <= graceSeconds, "the grace is long enough for the probe to notice");
});

test("everything that can be switched on is valid together", () => {
    const made = manifests({
        redis: { existingSecret: "redis" },
        auth: { existingSecret: "tokens", existingSecretKey: "web" },
        config: { http: { cors: { origins: "https://example.com" } } },
        env: [{ name: "REDISERVE_LOG_LEVEL", value: "warn" }],
        envFrom: [{ configMapRef: { name: "more" } }],
        imagePullSecrets: [{ name: "registry" }],
        ingress: {
            enabled: true, className: "nginx", annotations: { a: "b" },
            tls: [{ hosts: ["rediserve.local"], secretName: "tls" }],
        },
        service: { annotations: { a: "b" } },
        serviceAccount: { annotations: { a: "b" } },
        autoscaling: { enabled: true },
        serviceMonitor: { enabled: true, labels: { release: "prometheus" } },
        podAnnotations: { a: "b" },
        podLabels: { a: "b" },
        extraVolumes: [{ name: "tls", secret: { secretName: "tls" } }],
        extraVolumeMounts: [{ name: "tls", mountPath: "/tls", readOnly: true }],
        nodeSelector: { a: "b" },
        tolerations: [{ key: "a", operator: "Exists" }],
        affinity: { nodeAffinity: {} },
        priorityClassName: "high",
    });
    assert.equal(Object.keys(made).length, Object.keys(models).length + 1);
    assert.equal(made.Deployment.spec.replicas, undefined);
    assert.deepEqual(JSON.parse(made.ConfigMap.data["rediserve.json"]), { http: { cors: { origins: "https://example.com" } } });
    const given = variables(made.Deployment);
    assert.equal(given.REDISERVE_CONFIG, "/etc/rediserve/rediserve.json");
    assert.equal(given.REDISERVE_LOG_LEVEL, "warn");
    assert.deepEqual(given.REDISERVE_REDIS_URL, { secretKeyRef: { name: "redis", key: "redis-url" } });
    assert.deepEqual(made.ServiceMonitor.spec.endpoints[0].authorization.credentials, { name: "tokens", key: "web" });
    assert.equal(made.Ingress.spec.rules[0].http.paths[0].backend.service.name, made.Service.metadata.name);
});

test("without a Redis or a token it says what is missing", () => {
    for (const [given, why] of [
        [{ auth: least.auth }, /where is Redis\?/],
        [{ redis: least.redis }, /who may come in\?/],
    ]) {
        const done = rendered(given);
        assert.equal(done.status, 1);
        assert.match(done.stderr, why);
    }
    const open = manifests({ ...least, auth: { insecureNoAuth: true } });
    assert.equal(variables(open.Deployment).REDISERVE_INSECURE_NO_AUTH, "true");
    assert.equal(variables(manifests({ ...least, auth: {}, config: { access: { file: "/a.json" } } }).Deployment).REDISERVE_TOKEN, undefined);
});
