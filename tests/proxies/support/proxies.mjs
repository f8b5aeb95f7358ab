// The three proxies, each from the very file that docker/ ships.
//
// What has to differ in a test goes in as an operator would put it in: by variables of the environment, and with nginx, which
// has none, by other words in the lines that its file marks as "yours".
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Child, folder, until } from "../../clients/support/processes.mjs";
import { certificate } from "./certificate.mjs";
import { send } from "./requests.mjs";

const run = promisify(execFile);
const shipped = (name) => fileURLToPath(new URL(`../../../docker/${name}`, import.meta.url));

async function freePort() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    await once(server, "close");
    return port;
}

// Each replacement must find exactly one line marked "yours", and none of those may be left as it was.
function withOurs(text, replacements) {
    let lines = text.split("\n");
    for (const [from, to] of replacements) {
        const found = lines.filter((line) => line.includes("# yours") && line.trim().startsWith(from));
        if (found.length !== 1) throw new Error(`nginx.conf: ${found.length} lines of yours begin with ${from}`);
        lines = lines.map((line) => (line === found[0] ? to : line));
    }
    return lines.map((line) => (line === "http {" ? `http {\n${temporaryPaths()}` : line)).join("\n");
}

// Debian's nginx keeps its temporary files where only root may write.
function temporaryPaths() {
    const path = folder();
    const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    return kinds.map((kind) => `${kind}_temp_path ${path}/${kind};`).join("\n");
}

function nginx({ port, upstreams }) {
    const path = folder();
    const file = `${path}/nginx.conf`;
    const ours = withOurs(readFileSync(shipped("nginx.conf"), "utf8"), [
        ["pid ", `pid ${path}/pid;`],
        ["error_log ", "error_log stderr crit;"],
        ["access_log ", `access_log ${path}/access.log rediserve;`],
        ["server 127.0.0.1:3000 ", upstreams.map((one) => `server ${one} max_fails=1 fail_timeout=2s;`).join("\n")],
        ["listen ", `listen 127.0.0.1:${port} ssl http2;`],
        ["server_name ", "server_name localhost;"],
        ["ssl_certificate ", `ssl_certificate ${certificate.chain};`],
        ["ssl_certificate_key ", `ssl_certificate_key ${certificate.key};`],
    ]);
    writeFileSync(file, ours);
    const common = ["-e", "stderr", "-c", file];
    // One process: workers of a master that is killed would live on.
    const serve = [...common, "-g", "daemon off; master_process off;"];
    return { program: "nginx", check: ["-t", ...common], serve, log: `${path}/access.log` };
}

function caddy({ port, upstreams }) {
    const path = folder();
    return {
        program: "caddy",
        check: ["validate", "--config", shipped("Caddyfile")],
        serve: ["run", "--config", shipped("Caddyfile")],
        variables: {
            SITE: `https://localhost:${port}`,
            REDISERVE: upstreams.join(" "),
            TLS_CERTIFICATE: certificate.chain,
            TLS_KEY: certificate.key,
            CADDY_ADMIN: `unix/${path}/admin.sock`,
            HOME: path,
            XDG_DATA_HOME: path,
            XDG_CONFIG_HOME: path,
        },
    };
}

// The file has one gateway; each further one is a line like that of the first.
function haproxy({ port, upstreams: [first, ...more] }) {
    const ours = `${folder()}/haproxy.cfg`;
    const line = '    server one "$REDISERVE"\n';
    const lines = more.map((address, index) => `    server more${index} ${address}\n`);
    writeFileSync(ours, readFileSync(shipped("haproxy.cfg"), "utf8").replace(line, line + lines.join("")));
    const file = more.length === 0 ? shipped("haproxy.cfg") : ours;
    return {
        program: "haproxy",
        check: ["-c", "-f", file],
        serve: ["-db", "-f", file],
        variables: {
            LISTEN: `127.0.0.1:${port}`,
            REDISERVE: first,
            TLS_CERTIFICATE: certificate.all,
            // Another one would lose its tie to the test program, with which it has to end.
            RUN_AS: userInfo().username,
        },
    };
}

export const kinds = { nginx, caddy, haproxy };

/** HAProxy that passes connections on, with the configuration that the documentation shows. It speaks no TLS of its own. */
export async function passingOn(upstream) {
    const page = readFileSync(fileURLToPath(new URL("../../../docs/reverse-proxies.md", import.meta.url)), "utf8");
    const file = `${folder()}/haproxy.cfg`;
    writeFileSync(file, `${page.match(/<!-- tested: haproxy -->\n```haproxy\n(.*?)```/s)[1]}`);
    const port = await freePort();
    const env = { PATH: path, LISTEN: `127.0.0.1:${port}`, REDISERVE: upstream };
    await run("haproxy", ["-c", "-f", file], { env });
    return { port, child: new Child("haproxy", ["-db", "-f", file], env) };
}

// Debian has them where PATH of a user need not lead.
const path = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;

/** A running proxy of that kind in front of `upstreams`, each "host:port". */
export class Proxy {
    static async start(kind, ...upstreams) {
        const proxy = new Proxy();
        proxy.kind = kind;
        proxy.port = await freePort();
        const { program, check, serve, variables = {}, log } = kinds[kind]({ port: proxy.port, upstreams });
        proxy.log = log;
        const env = { PATH: path, ...variables };
        await run(program, check, { env });
        proxy.child = new Child(program, serve, env);
        await until(() => !proxy.child.alive || proxy.#answers(), kind, 30_000);
        if (!proxy.child.alive) throw new Error(`${kind} does not start:\n${proxy.child.output}`);
        return proxy;
    }

    async #answers() {
        const answer = await send(this, "GET", "/keys/is-it-there").catch(() => undefined);
        return answer && answer.status < 500;
    }
}
