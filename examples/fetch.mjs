// RediServe by fetch, in Node 18 or newer, browsers, Deno and Bun:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… node examples/fetch.mjs
const url = process.env.REDISERVE_URL ?? "http://127.0.0.1:3000";
const token = process.env.REDISERVE_TOKEN ?? "";

class RediServeError extends Error {
    constructor(status, { error, code, executed }) {
        super(error);
        Object.assign(this, { status, code, executed });
    }
}

async function rediserve(method, path, { body, headers } = {}) {
    const authorization = `Bearer ${token}`;
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(url + path, { method, body, headers: { authorization, ...headers }, signal });
    if (answer.ok) return answer;
    throw new RediServeError(answer.status, await answer.json().catch(() => ({ error: answer.statusText })));
}

// Any key but "." and "..", which the rules of URLs take for steps in a path: name those by POST /, ["GET", ".."].
const keyPath = (key) => `/keys/${encodeURIComponent(key)}`;

/** The bytes of a key, or undefined when it is not there. */
async function get(key) {
    try {
        const answer = await rediserve("GET", `${keyPath(key)}?raw`);
        return { bytes: new Uint8Array(await answer.arrayBuffer()), tag: answer.headers.get("etag") };
    } catch (error) {
        if (error.status !== 404) throw error;
    }
}

// Set and get. The key may hold anything; this one is forgotten after a minute.
await rediserve("PUT", `${keyPath("greetings/en")}?ttl=60`, { body: "hello" });
console.log("greeting:", new TextDecoder().decode((await get("greetings/en")).bytes));

// That a key is not there is an answer, too.
if ((await get("nobody")) === undefined) console.log("nobody: not there");

// Any bytes.
const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
await rediserve("PUT", keyPath("bytes"), { body: bytes });
const back = (await get("bytes")).bytes;
if (back.every((byte, at) => byte === bytes[at])) console.log(`bytes: ${back.length}, as they went`);

// No lost updates: replace only what was read. Who comes too late gets 412, reads again and decides again.
await rediserve("PUT", keyPath("stock"), { body: "10" });
const { tag } = await get("stock");
await rediserve("PUT", keyPath("stock"), { body: "9", headers: { "if-match": tag } });
const late = await rediserve("PUT", keyPath("stock"), { body: "8", headers: { "if-match": tag } }).catch((error) => error);
console.log(`stock: ${new TextDecoder().decode((await get("stock")).bytes)}, then ${late.status}`);

// Many commands in one request. Each has a result or an error of its own.
const commands = [["SET", "visits", 40], ["INCR", "visits"], ["INCR", "visits"]];
const replies = await (await rediserve("POST", "/pipeline", { body: JSON.stringify(commands) })).json();
for (const { error } of replies) if (error) throw new Error(error);
console.log("visits:", replies.at(-1).result);

// What fails says why, for people and for programs.
try {
    await rediserve("POST", `${keyPath("greetings/en")}/incr`);
} catch (error) {
    if (error.code !== "not_a_number") throw error;
    console.log("refused:", error.code);
}
