// Commands that only read, asked again until they are answered, by fetch, in Node 18 or newer:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… node examples/query.mjs
const url = process.env.REDISERVE_URL ?? "http://127.0.0.1:3000";
const token = process.env.REDISERVE_TOKEN ?? "";

async function rediserve(method, path, commands) {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(commands), signal });
    const said = await answer.json().catch(() => ({ error: answer.statusText }));
    if (answer.ok) return said;
    throw Object.assign(new Error(said.error), { status: answer.status });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The results. Asks again whatever became of the last time, as nothing is changed by it; what is refused stays refused. */
async function query(commands) {
    for (let wait = 100; ; wait *= 2) {
        try {
            return (await rediserve("QUERY", "/pipeline", commands)).map((each) => each.result);
        } catch (error) {
            if (error.status < 500 || wait > 1000) throw error;
            await pause(wait);
        }
    }
}

await rediserve("POST", "/pipeline", [
    ["HSET", "user:1", "name", "Ada"],
    ["ZADD", "points", 7, "user:1"],
]);

const [name, points] = await query([
    ["HGET", "user:1", "name"],
    ["ZSCORE", "points", "user:1"],
]);
console.log(`name: ${name}\npoints: ${points}`);

// What would write is no question: nothing of it is done.
await query([["HGET", "user:1", "name"], ["DEL", "user:1"]]).catch((error) => console.log(`refused: ${error.status}`));
