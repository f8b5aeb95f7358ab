// A value that is read, decided upon and written, with no update lost, by fetch, in Node 18 or newer, browsers, Deno and Bun:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… node examples/transactions.mjs
const url = process.env.REDISERVE_URL ?? "http://127.0.0.1:3000";
const token = process.env.REDISERVE_TOKEN ?? "";

async function ask(path, options = {}) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(url + path, { ...options, headers, signal: AbortSignal.timeout(10_000) });
    if (answer.ok || answer.status === 412) return answer;
    throw new Error((await answer.json()).error);
}

/** Replaces what the key holds by what `change` makes of it, and counts that; nobody's change is lost. */
async function update(key, change) {
    for (;;) {
        const read = await ask(`/keys/${encodeURIComponent(key)}?raw`);
        const value = change(await read.text());
        const only = [{ key, etag: read.headers.get("etag") }];
        const body = JSON.stringify({ if: only, commands: [["SET", key, value], ["INCR", "changes"]] });
        const answer = await ask("/multi-exec", { method: "POST", body });
        if (answer.status !== 412) return value;
    }
}

await ask("/keys/points", { method: "PUT", body: "0" });
await ask("/keys/changes", { method: "PUT", body: "0" });

// All at once: each reads, adds its own, and writes only what is not outdated.
const shares = [1, 2, 3, 4, 5, 6, 7, 8];
await Promise.all(shares.map((share) => update("points", (value) => String(Number(value) + share))));

console.log("points:", await (await ask("/keys/points?raw")).text());
console.log("changes:", await (await ask("/keys/changes?raw")).text());
