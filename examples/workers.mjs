#!/usr/bin/env node
// Shares jobs among workers, of whom one dies with a job in hand, by Node 20 or newer and nothing else:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… node examples/workers.mjs
const url = process.env.REDISERVE_URL ?? "http://127.0.0.1:3000";
const headers = { Authorization: `Bearer ${process.env.REDISERVE_TOKEN ?? ""}` };
const patience = "1s"; // in earnest, longer than any job takes

async function ask(method, path, document) {
    const answer = await fetch(`${url}${path}`, { method, headers, body: document && JSON.stringify(document) });
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

/** The jobs of one worker, for ever: its own that it has not finished, what others left lying, and what is new. */
async function* jobsOf(worker) {
    const target = `${url}/streams/jobs?group=mail&consumer=${worker}&claim=${patience}`;
    for (;;) {
        const answer = await fetch(target, { headers }).catch(() => null);
        if (answer && answer.status < 500 && !answer.ok) throw new Error((await answer.json()).error);
        try {
            for await (const { id, event, data } of answer?.ok ? eventsOf(answer) : []) {
                if (event === "failed") throw new Error(JSON.parse(data).error);
                if (data && !event) yield { id, fields: JSON.parse(data) };
            }
        } catch (error) {
            if (!(error instanceof TypeError)) throw error; // the connection broke
        }
        await new Promise((resolve) => setTimeout(resolve, 1000));
    }
}

const done = (id) => ask("POST", "/streams/jobs/groups/mail/ack", { ids: [id] });

async function work(worker, count, dies) {
    for await (const { id, fields } of jobsOf(worker)) {
        if (dies) return;
        console.log(`${worker} writes to ${fields.to}`);
        await done(id);
        if (--count === 0) return;
    }
}

await ask("PUT", "/streams/jobs/groups/mail?from=0");
await ask("POST", "/streams/jobs", { fields: { to: "Ada" } });
await work("ann", 1);
await ask("POST", "/streams/jobs", { fields: { to: "Bob" } });
await work("ann", 1, true);
await work("ben", 1);
await ask("POST", "/streams/jobs", { fields: { to: "Cleo" } });
await work("ben", 1);
process.exit();
