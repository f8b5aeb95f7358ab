// Requests whose every byte is the test's: paths are not normalised, nothing is added but a token.
import { once } from "node:events";
import { connect } from "node:http2";
import { Agent, request } from "node:https";

import { certificate } from "./certificate.mjs";

export const token = "secret";
const authorization = `Bearer ${token}`;

/** For many requests on few connections. */
export const kept = new Agent({ keepAlive: true, maxSockets: 4 });

/** An open request to a proxy, over a TLS connection of its own unless `options` has an agent. */
export function open(proxy, method, path, { headers = {}, ...options } = {}) {
    const where = { host: "localhost", family: 4, port: proxy.port, ca: certificate.pem, agent: false };
    const ours = { authorization, connection: options.agent ? "keep-alive" : "close" };
    return request({ ...where, method, path, headers: { ...ours, ...headers }, ...options });
}

/** The whole answer: `status`, `headers`, `body` (a buffer) and `json`. */
export async function read(message) {
    const parts = [];
    for await (const part of message) parts.push(part);
    const body = Buffer.concat(parts);
    return {
        status: message.statusCode,
        headers: message.headers,
        body,
        get json() {
            return JSON.parse(body);
        },
    };
}

/** Sends one request and gives its answer. A body goes with its length, one that is an array of buffers chunked. */
export async function send(proxy, method, path, { body, ...options } = {}) {
    const sent = open(proxy, method, path, withLength(body, options));
    const answer = once(sent, "response").then(([message]) => read(message));
    // Who is refused early may find the connection closed while there is still something to send.
    sent.on("error", () => {});
    if (options.headers?.expect) {
        sent.flushHeaders();
        await Promise.race([once(sent, "continue"), answer]);
    }
    for (const part of Array.isArray(body) ? body : []) sent.write(part);
    sent.end(Array.isArray(body) ? undefined : body);
    return answer;
}

function withLength(body, options) {
    if (body === undefined || Array.isArray(body)) return options;
    return { ...options, headers: { "content-length": Buffer.byteLength(body), ...options.headers } };
}

/** One HTTP/2 session with a proxy; `ask` gives status, headers and body, `stream` the open stream. */
export class Http2 {
    constructor(proxy) {
        this.session = connect(`https://localhost:${proxy.port}`, { ca: certificate.pem, family: 4 });
        this.session.on("error", () => {});
    }

    stream(method, path, { headers = {}, body } = {}) {
        const stream = this.session.request(
            { ":method": method, ":path": path, authorization, ...headers },
            { endStream: body === undefined },
        );
        if (body !== undefined) stream.end(body);
        return stream;
    }

    async ask(method, path, options) {
        const stream = this.stream(method, path, options);
        const [headers] = await once(stream, "response");
        const parts = [];
        for await (const part of stream) parts.push(part);
        return { status: headers[":status"], headers, body: Buffer.concat(parts) };
    }

    close() {
        this.session.destroy();
    }
}
