// Replies with their types by fetch, in Node 18 or newer, browsers, Deno and Bun:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… node examples/typed.mjs
const url = process.env.REDISERVE_URL ?? "http://127.0.0.1:3000";
const token = process.env.REDISERVE_TOKEN ?? "";

const marks = {
    $b64: (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0)),
    $set: (items) => new Set(items),
    $map: (pairs) => new Map(pairs),
    $verbatim: ([, text]) => text,
    $attributes: ([, value]) => value,
};

// For JSON.parse: what a typed value is in JavaScript.
function typed(_, value) {
    const names = value && typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : [];
    const mark = names.length === 1 && Object.hasOwn(marks, names[0]) ? marks[names[0]] : undefined;
    return mark ? mark(value[names[0]]) : value;
}

async function pipeline(...commands) {
    const headers = { authorization: `Bearer ${token}`, accept: "application/vnd.rediserve.typed+json" };
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(`${url}/pipeline`, { method: "POST", body: JSON.stringify(commands), headers, signal });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return JSON.parse(await answer.text(), typed).map(({ result }) => result);
}

const [, , , , user, tags, score, logo] = await pipeline(
    ["HSET", "user:1", "name", "Ada", "age", 36],
    ["SADD", "tags", "fast", "small"],
    ["ZADD", "scores", 1.5, "ada"],
    ["SET", "logo", { $b64: "/wA=" }],
    ["HGETALL", "user:1"],
    ["SMEMBERS", "tags"],
    ["ZSCORE", "scores", "ada"],
    ["GET", "logo"],
);
console.log(`user: ${user.name}, ${user.age}`);
console.log(`tags: ${[...tags].sort().join(", ")}`);
console.log(`half the score: ${score / 2}`);
console.log(`logo: ${logo.length} bytes`);
