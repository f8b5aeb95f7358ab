// Keys of all bytes, and paths that proxies like to tidy up, reach the gateway as they were sent.
import { kept as agent, send } from "./support/requests.mjs";
import { redis } from "./support/redis.mjs";
import { assert, eachProxy, server } from "./support/setup.mjs";

const encoded = (bytes) => [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

// nginx refuses two things before any configuration is asked, encoded or not: NUL, and to climb above the root. Whoever has
// such keys names them by the command API, or in the query of /keys (docs/reverse-proxies.md).
function isRefusedByNginx(path) {
    let depth = 0;
    for (const segment of decodeURIComponent(path.replace(/%[89A-F]./gi, "x")).split("/"))
        if ((depth += segment === ".." ? -1 : segment !== "" && segment !== "." ? 1 : 0) < 0) return true;
    return /%00/.test(path);
}

async function passes(proxy, kind, path, key) {
    const value = Buffer.concat([Buffer.from("value of "), key]);
    const put = await send(proxy, "PUT", path, { body: value, agent });
    if (kind === "nginx" && isRefusedByNginx(path)) {
        assert.equal(put.status, 400, path);
        assert.equal((await redis(server, "exists", key)).toString(), ":0\r\n", path);
        return;
    }
    assert.ok([200, 201].includes(put.status), `PUT ${path}: ${put.status} ${put.body}`);
    assert.deepEqual(await redis(server, "get", key), value, path);
    const got = await send(proxy, "GET", `${path}?raw`, { agent });
    assert.deepEqual([got.status, got.body], [200, value], path);
    assert.equal((await send(proxy, "DELETE", path, { agent })).status, 204, path);
    assert.equal((await redis(server, "exists", key)).toString(), ":0\r\n", path);
}

eachProxy("a key of each byte", async ({ proxy, kind, key }) => {
    for (const byte of everyByte)
        await passes(proxy, kind, `/keys/${encodeURIComponent(key)}${encoded([byte])}`, Buffer.from([...Buffer.from(key), byte]));
});

eachProxy("all bytes in one key", async ({ proxy, kind }) => {
    const key = kind === "nginx" ? everyByte.subarray(1) : everyByte;
    await passes(proxy, kind, `/keys/${encoded(key)}`, key);
});

eachProxy("keys that look like paths", async ({ proxy, kind }) => {
    const keys = ["/", "//", "a/b", "a//b", "/a/", ".", "..", "../metrics", "../livez", "../../x", "a/../b", "./a", "%2F", "%", "%%"];
    for (const text of [...keys, "?", "a?b=c", "#", "a#b", ";", "a;b", "\\", "..\\", "a+b", "a b", "&", "=", "é", "\u{1f600}"])
        await passes(proxy, kind, `/keys/${encoded(Buffer.from(text))}`, Buffer.from(text));
});

eachProxy("keys that are not encoded where they need not be", async ({ proxy, kind }) => {
    for (const text of ["..", ".", "a..b", "a:b", "a@b", "a;b=c", "a,b", "a+b", "!$&'()*+,;=:@", "~a", "a%2fb", "a%2Fb", "%2e%2e"])
        await passes(proxy, kind, `/keys/${text}`, Buffer.from(decodeURIComponent(text)));
});

eachProxy("long keys", async ({ proxy, kind }) => {
    const key = "k".repeat(60_000);
    await passes(proxy, kind, `/keys/${key}`, Buffer.from(key));
});

eachProxy("slashes that follow each other", async ({ proxy }) => {
    // Two slashes begin a segment that is empty: no key, but an argument of a command.
    assert.equal((await send(proxy, "GET", "//keys/a")).status, 400);
    const set = await send(proxy, "GET", "/set//empty");
    assert.deepEqual(set.json, { result: "OK" });
    assert.equal((await redis(server, "get", "")).toString(), "empty");
    assert.deepEqual((await send(proxy, "GET", "/mget//x")).json, { result: ["empty", null] });
});

eachProxy("queries", async ({ proxy, key }) => {
    const names = [`${key}a/b`, `${key}?&=#%+ ;`, `${key}..`, `${key}\0`];
    for (const name of names) await redis(server, "set", name, `of ${name}`);
    const query = names.map((name) => `key=${encoded(Buffer.from(name))}`).join("&");
    const got = await send(proxy, "GET", `/keys?${query}`);
    assert.deepEqual(got.json.values, Object.fromEntries(names.map((name) => [name, `of ${name}`])));
    assert.equal((await send(proxy, "DELETE", `/keys?${query}`)).json.deleted, names.length);
});
