// HTTP by hand, for requests that no client library would send.
import net from "node:net";

const within = 30_000;

/** The bytes of a request. `headers` may be a list of pairs, so that one can come twice. */
export function bytesOf({ method = "GET", target = "/", version = "HTTP/1.1", headers = {}, body, length = true }) {
    const fields = Array.isArray(headers) ? headers : Object.entries(headers);
    const names = new Set(fields.map(([name]) => name.toLowerCase()));
    const lines = [`${method} ${target} ${version}`];
    if (!names.has("host")) lines.push("Host: localhost");
    if (!names.has("connection")) lines.push("Connection: close");
    if (body !== undefined && length && !names.has("content-length")) lines.push(`Content-Length: ${body.length}`);
    lines.push(...fields.map(([name, value]) => `${name}: ${value}`), "", "");
    return Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), Buffer.from(body ?? "")]);
}

function unchunked(bytes) {
    const parts = [];
    for (let at = 0; ;) {
        const end = bytes.indexOf("\r\n", at);
        if (end < 0) throw new Error("the body ends within a chunk");
        const size = Number.parseInt(bytes.toString("latin1", at, end), 16);
        if (size === 0) return Buffer.concat(parts);
        parts.push(bytes.subarray(end + 2, end + 2 + size));
        at = end + 2 + size + 2;
    }
}

/** `{ status, headers, body }`, names of headers in small letters; `whole`: the connection has ended. */
export function parseAnswer(bytes, { method, whole = true }) {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) throw new Error(`no answer, only ${JSON.stringify(bytes.toString("latin1").slice(0, 200))}`);
    const [first, ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
    const status = Number(first.match(/^HTTP\/1\.1 (\d{3}) /)?.[1]);
    if (!status) throw new Error(`no status line: ${first}`);
    if (status === 100) return parseAnswer(bytes.subarray(end + 4), { method, whole });
    const headers = {};
    for (const line of lines) {
        const [, name, value] = line.match(/^([^\s:]+): (.*)$/) ?? [];
        if (!name) throw new Error(`no header line: ${line}`);
        const key = name.toLowerCase();
        headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
    }
    let body = bytes.subarray(end + 4);
    if (headers["transfer-encoding"] === "chunked" && method !== "HEAD" && whole) body = unchunked(body);
    const promised = Number(headers["content-length"] ?? body.length);
    if (method !== "HEAD" && status !== 304 && whole && promised !== body.length)
        throw new Error(`the body has ${body.length} bytes of ${promised}`);
    return { status, headers, body };
}

/**
 * Sends bytes and resolves to all that comes until the server ends the connection, or until `enough(received)`.
 */
export function exchange(url, bytes, { enough } = {}) {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
        const socket = net.connect({ host: hostname, port, noDelay: true });
        const parts = [];
        const timer = setTimeout(() => socket.destroy(new Error(`no end within ${within} ms`)), within);
        const end = () => {
            clearTimeout(timer);
            socket.destroy();
            resolve(Buffer.concat(parts));
        };
        socket.on("connect", () => socket.write(bytes));
        socket.on("data", (part) => {
            parts.push(part);
            if (enough?.(Buffer.concat(parts))) end();
        });
        socket.on("end", end);
        // A server that has said all and does not want the rest of a request may reset the connection.
        socket.on("error", (why) => {
            clearTimeout(timer);
            if (parts.length && why.code === "ECONNRESET") resolve(Buffer.concat(parts));
            else reject(why);
        });
    });
}

/** One request on a connection of its own, and its answer. */
export async function send(url, request) {
    const bytes = request.bytes ?? bytesOf(request);
    const received = await exchange(url, bytes, request);
    return parseAnswer(received, { method: request.method, whole: !request.enough });
}

/** That a stream has begun: its head and an event are there. */
export const firstEvent = (received) => /\r\n\r\n[^]*data: /.test(received.toString("latin1"));
