// Waiting for a change, and following keys, by fetch, in Node 18 or newer and browsers:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… node examples/watch.mjs
const url = process.env.REDISERVE_URL ?? "http://127.0.0.1:3000";
const headers = { authorization: `Bearer ${process.env.REDISERVE_TOKEN ?? ""}` };

async function put(key, body) {
    const answer = await fetch(`${url}/keys/${key}`, { method: "PUT", headers, body });
    if (!answer.ok) throw new Error((await answer.json()).error);
}

/** The value once it is another one than that of `tag`; asks again for as long as it takes. */
async function changed(key, tag) {
    for (;;) {
        const answer = await fetch(`${url}/keys/${key}?raw&wait=30s`, { headers: { ...headers, "if-none-match": tag } });
        if (answer.ok) return answer.text();
        if (answer.status !== 304) throw new Error((await answer.json()).error);
    }
}

/** The events of all keys that begin with `prefix`, as they come. */
async function* watch(prefix) {
    const answer = await fetch(`${url}/keys?watch=${encodeURIComponent(prefix)}*`, { headers });
    if (!answer.ok) throw new Error((await answer.json()).error);
    let text = "";
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
        const events = (text + piece).split("\n\n");
        text = events.pop();
        for (const one of events) {
            const [, event, data] = one.match(/^event: (.*)\ndata: (.*)$/) ?? [];
            if (event) yield { event, ...JSON.parse(data) };
        }
    }
}

await put("watched", "1");
const { headers: known } = await fetch(`${url}/keys/watched`, { headers });
const change = changed("watched", known.get("etag"));
await put("watched", "2");
console.log("changed:", await change);

for await (const { event, key, value } of watch("watched")) {
    console.log(event, ...(key ? [key, value] : []));
    if (event === "ready") await put("watched", "3");
    if (value === "3") break;
}
