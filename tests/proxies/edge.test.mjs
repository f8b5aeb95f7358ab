// The edge: TLS and HTTP/2, who a client is, and what is not for the world.
import { connect } from "node:tls";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { certificate } from "./support/certificate.mjs";
import { Http2, send } from "./support/requests.mjs";
import { passingOn } from "./support/proxies.mjs";
import { assert, eachProxy, gateway, server, startGateway, tested, until } from "./support/setup.mjs";

eachProxy("HTTP/2 and HTTP/1.1 over TLS 1.2 and 1.3", async ({ proxy, kind, defer }) => {
    for (const version of ["TLSv1.2", "TLSv1.3"])
        for (const protocol of ["h2", "http/1.1"]) {
            const versions = { minVersion: version, maxVersion: version, ALPNProtocols: [protocol] };
            const socket = connect({ port: proxy.port, host: "localhost", family: 4, ca: certificate.pem, ...versions });
            await once(socket, "secureConnect");
            assert.deepEqual([socket.getProtocol(), socket.alpnProtocol], [version, protocol]);
            socket.destroy();
        }
    const session = new Http2(proxy);
    defer(() => session.close());
    const where = `/keys/${kind}%2Fof%2Fh2`;
    assert.equal((await session.ask("PUT", where, { body: "x" })).status, 201);
    const answers = await Promise.all(Array.from({ length: 50 }, () => session.ask("GET", `${where}?raw`)));
    for (const { status, body } of answers) assert.deepEqual([status, body.toString()], [200, "x"]);
});

// What the gateway's audit log has as the address of a request.
async function addressSeen(id, by = gateway) {
    const pattern = new RegExp(`"request":"${id}".*?"address":"([^"]*)"`);
    return (await until(() => by.child.output.match(pattern), `a line about ${id}`))[1];
}

const forgeries = {
    none: {},
    "x-forwarded-for": { "x-forwarded-for": "192.0.2.1" },
    "x-forwarded-for twice": { "x-forwarded-for": ["192.0.2.1, 127.0.0.1", "192.0.2.2"] },
    forwarded: { forwarded: "for=192.0.2.1" },
    both: { forwarded: "for=192.0.2.1;proto=https, for=192.0.2.3", "x-forwarded-for": "192.0.2.1", "x-real-ip": "192.0.2.4" },
};

eachProxy("the address is the client's, whatever it says of itself", async ({ proxy, kind, defer }) => {
    const session = new Http2(proxy);
    defer(() => session.close());
    for (const [index, headers] of Object.values(forgeries).entries()) {
        const ids = [`address-${kind}-${index}-h1`, `address-${kind}-${index}-h2`];
        const options = { localAddress: "127.0.0.77", headers: { ...headers, "x-request-id": ids[0] } };
        assert.equal((await send(proxy, "GET", "/get/x", options)).status, 200);
        assert.equal(await addressSeen(ids[0]), "127.0.0.77");
        assert.equal((await session.ask("GET", "/get/x", { headers: { ...headers, "x-request-id": ids[1] } })).status, 200);
        assert.equal(await addressSeen(ids[1]), "127.0.0.1");
    }
});

// A proxy that knows nothing of HTTP: TLS ends in the gateway, and the PROXY protocol says who the client is.
test("haproxy: connections that are passed on", { timeout: 120_000, skip: !tested.includes("haproxy") }, async (context) => {
    const tls = { certificates: `${certificate.chain}:${certificate.key}` };
    const args = ["--listen", "https://127.0.0.1:0?proxy_protocol=on"];
    const own = await startGateway(server, { http: { tls }, args });
    context.after(() => own.child.end("SIGKILL"));
    const proxy = await passingOn(own.child.output.match(/https:\/\/(127\.0\.0\.1:\d+)/)[1]);
    context.after(() => proxy.child.end("SIGKILL"));
    const headers = { "x-request-id": "address-passed-on", "x-forwarded-for": "192.0.2.1" };
    const asked = () => send(proxy, "GET", "/keys/a%2Fb", { localAddress: "127.0.0.77", headers }).catch(() => undefined);
    const answer = await until(asked, "an answer", 30_000);
    assert.equal(answer.status, 404);
    assert.equal(await addressSeen("address-passed-on", own), "127.0.0.77");
});

eachProxy("what is for operators is not for the world", async ({ proxy, key }) => {
    // The second is that of a command, which the gateway does not know: it decides by the path as it was sent, too.
    for (const path of ["/metrics", "/metrics?x=1", "/livez", "/readyz", "/version"]) {
        const answer = await send(proxy, "GET", path);
        assert.deepEqual([answer.status, answer.json.code], [404, "unknown_resource"], path);
    }
    // With a host before the path, as proxies are asked. A proxy may find something else wrong with it.
    for (const target of ["http://localhost/readyz", "https://localhost/metrics", "HTTPS://localhost:1/version"])
        assert.ok([400, 404].includes((await send(proxy, "GET", target)).status), target);
    for (const path of ["/%6Detrics", "/metric%73", "//metrics", "/metrics/", "/./metrics", "/keys/../metrics", "/METRICS"]) {
        const answer = await send(proxy, "GET", path);
        assert.doesNotMatch(answer.body.toString(), /rediserve_/, path);
    }
    // A key may be called anything.
    assert.equal((await send(proxy, "PUT", `/keys/metrics`, { body: key })).status < 300, true);
});

eachProxy("the log has no paths", async ({ proxy }) => {
    const id = `logged-${proxy.kind}`;
    await send(proxy, "GET", "/get/very-secret-key?_token=very-secret-token", { headers: { "x-request-id": id } });
    const log = () => (proxy.log ? readFileSync(proxy.log, "utf8") : proxy.child.output);
    // Caddy has no log of requests unless one is asked for.
    if (proxy.kind !== "caddy") await until(() => log().includes(id), "a line of the log");
    assert.doesNotMatch(log(), /very-secret/);
});
