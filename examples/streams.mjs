#!/usr/bin/env node
// Follows a stream across ends of the connection, by Node 20 or newer and nothing else:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… node examples/streams.mjs
const url = process.env.REDISERVE_URL ?? "http://127.0.0.1:3000";
const headers = { Authorization: `Bearer ${process.env.REDISERVE_TOKEN ?? ""}` };

async function append(stream, fields) {
    const answer = await fetch(`${url}/streams/${stream}`, { method: "POST", headers, body: JSON.stringify({ fields }) });
    if (!answer.ok) throw new Error((await answer.json()).error);
}

/** The events of one connection, as objects: { id, event, data }. */
async function* eventsOf(answer) {
    let text = "";
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
        const events = (text + chunk).split("\n\n");
        text = events.pop();
        for (const event of events)
            yield Object.fromEntries(event.split("\n").map((line) => [line.split(": ")[0], line.slice(line.indexOf(": ") + 2)]));
    }
}

/** The entries behind `last`, for ever. Whoever keeps the last id can go on from there whenever they like. */
async function* follow(stream, last) {
    for (;;) {
        const answer = await fetch(`${url}/streams/${stream}`, { headers: { ...headers, "Last-Event-ID": last } }).catch(() => null);
        if (answer && answer.status < 500 && !answer.ok) throw new Error((await answer.json()).error);
        try {
            for await (const { id, event, data } of answer?.ok ? eventsOf(answer) : []) {
                if (id) last = id;
                if (event === "reset") console.warn("entries are gone that were never seen");
                if (data && !event) yield { id, fields: JSON.parse(data) };
            }
        } catch (error) {
            if (!(error instanceof TypeError)) throw error; // the connection broke
        }
        await new Promise((resolve) => setTimeout(resolve, 1000));
    }
}

async function take(count, last) {
    for await (const { id, fields } of follow("orders", last)) {
        console.log(JSON.stringify(fields));
        if (--count === 0) return id;
    }
}

await append("orders", { for: "Ann" });
await append("orders", { for: "Ben" });
let last = await take(1, "0");
last = await take(1, last);
await append("orders", { for: "Cleo" });
await take(1, last);
process.exit();
