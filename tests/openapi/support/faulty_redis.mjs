// Stands between the daemon and a Redis, and misbehaves when it is told to.
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";

// How many whole commands of RESP `bytes` has, and how many bytes they take.
function countCommands(bytes) {
    let count = 0;
    let taken = 0;
    for (;;) {
        const end = endOfCommand(bytes, taken);
        if (end < 0) return { count, taken };
        taken = end;
        ++count;
    }
}

function endOfCommand(bytes, at) {
    const line = (from) => {
        const end = bytes.indexOf("\r\n", from);
        return end < 0 ? undefined : { number: Number(bytes.toString("latin1", from + 1, end)), next: end + 2 };
    };
    let header = line(at);
    if (!header) return -1;
    let next = header.next;
    for (let left = header.number; left > 0; --left) {
        const argument = line(next);
        if (!argument) return -1;
        next = argument.next + argument.number + 2;
        if (next > bytes.length) return -1;
    }
    return next;
}

// What a connection that tracks keys begins with, a command at a time: it is those after it that fail.
const opensConnection = (bytes) => /^\*\d+\r\n\$\d+\r\n(HELLO|CLIENT|PING)\r\n/.test(bytes.toString("latin1"));

export class FaultyRedis {
    mode = "pass"; // or "error", "garbage": what each command is answered; "hold": nothing, until it is "pass" again
    #open = new Set();
    #held = [];

    static async start(target) {
        const made = new FaultyRedis();
        made.folder = mkdtempSync(`${tmpdir()}/rediserve-faulty-`);
        made.url = `unix://${made.folder}/redis.sock`;
        made.server = net.createServer((client) => made.#serve(client, target));
        await new Promise((resolve) => made.server.listen(`${made.folder}/redis.sock`, resolve));
        made.server.unref();
        process.on("exit", () => rmSync(made.folder, { recursive: true, force: true }));
        return made;
    }

    #serve(client, target) {
        const redis = net.connect(target);
        let rest = Buffer.alloc(0);
        const pass = (bytes) => redis.write(bytes);
        for (const socket of [client, redis]) {
            this.#open.add(socket);
            socket.unref();
            socket.on("error", () => {});
            socket.on("close", () => {
                client.destroy();
                redis.destroy();
                this.#open.delete(socket);
            });
        }
        redis.on("data", (bytes) => client.write(bytes));
        client.on("data", (bytes) => {
            if (this.mode === "pass") return pass(bytes);
            if (this.mode === "hold") return this.#held.push(() => pass(bytes));
            if (opensConnection(bytes)) return pass(bytes);
            rest = Buffer.concat([rest, bytes]);
            const { count, taken } = countCommands(rest);
            rest = rest.subarray(taken);
            const answer = this.mode === "error" ? "-ERR injected\r\n" : "?\r\n";
            client.write(answer.repeat(count));
        });
    }

    is(mode) {
        this.mode = mode;
        if (mode === "hold") return;
        for (const release of this.#held.splice(0)) release();
    }

    end() {
        this.server.close();
        for (const socket of this.#open) socket.destroy();
    }
}
