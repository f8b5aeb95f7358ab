// Orders that are sent again until they are answered, and placed once, by fetch, in Node 18 or newer, browsers, Deno and Bun:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… node examples/retries.mjs
const url = process.env.REDISERVE_URL ?? "http://127.0.0.1:3000";
const token = process.env.REDISERVE_TOKEN ?? "";

async function ask(method, path, body, key) {
    const headers = { authorization: `Bearer ${token}`, "idempotency-key": `"${key}"` };
    const answer = await fetch(url + path, { method, body, headers, signal: AbortSignal.timeout(10_000) });
    return { ok: answer.ok, status: answer.status, headers: answer.headers, said: await answer.json() };
}

/** Sends a request until it is answered; it is done once, however often that takes. */
async function once(method, path, body, key = crypto.randomUUID()) {
    for (let wait = 100; ; wait *= 2) {
        const answer = await ask(method, path, body, key).catch((error) => ({ status: 0, said: { error: error.message } }));
        if (answer.ok) return answer.said;
        const retryAfter = answer.headers?.get("retry-after");
        const mayPass = retryAfter || [0, 502, 504].includes(answer.status);
        if (!mayPass || wait > 1600) throw Object.assign(new Error(answer.said.error), answer.said);
        await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000 || wait * (0.5 + Math.random())));
    }
}

const order = JSON.stringify([["DECR", "stock"], ["RPUSH", "orders", "a book for Ann"]]);
const tell = ([left, number]) => `order ${number.result}, ${left.result} left`;

await once("PUT", "/keys/stock", "10");

// One key for each thing to be done. As long as it is the same, so is the answer.
const key = crypto.randomUUID();
console.log(tell(await once("POST", "/multi-exec", order, key)));
console.log(tell(await once("POST", "/multi-exec", order, key)));

// Another key, another order.
console.log(tell(await once("POST", "/multi-exec", order)));

// A key that is used for something else is a mistake, and is told so.
try {
    await once("POST", "/multi-exec", JSON.stringify([["DEL", "orders"]]), key);
} catch (error) {
    console.log("refused:", error.code);
}
