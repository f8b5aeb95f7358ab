// Servers of the tests: a real Redis or Valkey and the real binary, each in a folder of its own.
//
// They end with the test program: by its exit handler, and by the kernel when it is killed.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const binary = process.env.REDISERVE_BINARY ?? `${repository}build/dev/rediserve`;
const redisServer = process.env.REDISERVE_TEST_SERVER ?? "redis-server";
const startWithin = 30_000;

const running = new Set();
const folders = new Set();

process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** Resolves as soon as `holds()` gives something true, and to that; fails after `within` milliseconds. */
export async function until(holds, what, within = 15_000) {
    const deadline = Date.now() + within;
    for (;;) {
        const value = await holds();
        if (value) return value;
        if (Date.now() > deadline) throw new Error(`${what}: not within ${within} ms`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

/** A folder of this program's own, removed at its end. */
export function folder() {
    const path = mkdtempSync(`${tmpdir()}/rediserve-clients-`);
    folders.add(path);
    return path;
}

// Only these reach the servers: a REDIS_URL or PORT of the machine is none of the tests' business.
function environment() {
    const kept = ["PATH", "TMPDIR", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"];
    return Object.fromEntries(kept.filter((name) => name in process.env).map((name) => [name, process.env[name]]));
}

/** A child process and what it has printed. It does not keep the test program running. */
export class Child {
    output = "";

    constructor(program, args, variables = {}) {
        this.process = spawn("setpriv", ["--pdeathsig", "KILL", "--", program, ...args], {
            env: { ...environment(), ...variables },
            stdio: ["ignore", "pipe", "pipe"],
        });
        running.add(this.process);
        this.ended = once(this.process, "exit").then(() => running.delete(this.process));
        for (const stream of [this.process.stdout, this.process.stderr]) {
            stream.on("data", (text) => (this.output += text));
            stream.unref();
        }
        this.process.unref();
    }

    get alive() {
        return this.process.exitCode === null && this.process.signalCode === null;
    }

    async end(signal = "SIGTERM") {
        this.process.ref();
        if (this.alive) this.process.kill(signal);
        await this.ended;
    }
}

/** A Redis or Valkey on a unix socket. */
export class RedisServer {
    /** Keeps nothing, unless it is to: then each write is on the disk before it is answered. */
    static async start({ keeps = false } = {}) {
        const server = new RedisServer();
        const path = folder();
        server.socket = `${path}/redis.sock`;
        const storage = ["--dir", path, "--save", "", "--appendonly", keeps ? "yes" : "no", "--appendfsync", "always"];
        server.args = ["--port", "0", "--unixsocket", server.socket, ...storage];
        await server.launch();
        return server;
    }

    async launch() {
        rmSync(this.socket, { force: true });
        this.child = new Child(redisServer, this.args);
        await until(() => !this.child.alive || existsSync(this.socket), "redis-server", startWithin);
        if (!this.child.alive) throw new Error(`${redisServer} does not start:\n${this.child.output}`);
    }

    /** Kills it and starts it again at the same place. */
    async restart() {
        await this.child.end("SIGKILL");
        await this.launch();
        await until(() => this.cli("ping").toString() === "PONG", "redis-server has loaded", startWithin);
    }

    get url() {
        return `unix://${this.socket}`;
    }

    /** Asks the server past the gateway. What it says comes back as bytes, without the line feed at the end. */
    cli(...args) {
        const reply = execFileSync("redis-cli", ["-s", this.socket, "--raw", ...args]);
        return reply.subarray(0, reply.length - 1);
    }

    info(section, field) {
        const line = this.cli("info", section)
            .toString()
            .match(new RegExp(`^${field}:(.*?)\r?$`, "m"));
        return line?.[1];
    }

    /** For example "redis 7.0.15" or "valkey 8.0.1". */
    get name() {
        const valkey = this.info("server", "valkey_version");
        return valkey ? `valkey ${valkey}` : `redis ${this.info("server", "redis_version")}`;
    }

    supports(command) {
        return this.cli("command", "info", command).toString().includes(command.toLowerCase());
    }
}

/** The binary on a free port of 127.0.0.1. */
export class Gateway {
    /**
     * `token`: null for none; `args`: more flags; `config`: what its configuration file says; `ready`: false where
     * it will not be, as its Redis is not there.
     */
    static async start(redis, { token = "secret", port = 0, args = [], config = {}, ready = true } = {}) {
        const gateway = new Gateway();
        const file = `${folder()}/rediserve.json`;
        writeFileSync(file, JSON.stringify(config));
        const given = ["--config", file, "--listen", `127.0.0.1:${port}`, "--redis", redis.url];
        if (token) given.push("--token", token);
        gateway.token = token;
        gateway.child = new Child(binary, [...given, ...args]);
        gateway.url = await until(() => gateway.#announced() || !gateway.child.alive, "rediserve", startWithin);
        if (gateway.url === true) throw new Error(`rediserve does not start:\n${gateway.child.output}`);
        if (ready)
            await until(() => fetch(`${gateway.url}/readyz`).then((answer) => answer.ok), "/readyz", startWithin);
        return gateway;
    }

    // The first address in the line that says that it has started, in its JSON or its text form.
    #announced() {
        return this.child.output.match(/"?listen"?[:=]"?(http:\/\/[^\s",]+).*\n/)?.[1];
    }

    get port() {
        return Number(new URL(this.url).port);
    }
}
