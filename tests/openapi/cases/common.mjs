// The answers that every operation has in common, each made of a request that would otherwise succeed.
import { until } from "../../clients/support/processes.mjs";
import * as daemons from "../support/daemons.mjs";
import { bytesOf, send } from "../support/http.mjs";

const { authorized, tokens } = daemons;

const withHeaders = (request, headers) => ({ ...request, headers: { ...request.headers, ...headers } });
const withOption = (request, option) => ({
    ...request,
    target: `${request.target}${request.target.includes("?") ? "&" : "?"}${option}`,
});

async function soundly(request) {
    return send((await daemons.sound()).url, { ...request, headers: { ...authorized(), ...request.headers } });
}

/** Sends to the daemon whose Redis is made to misbehave meanwhile. */
async function faultily(mode, request) {
    const { gateway, redis } = await daemons.faulty();
    const ready = async () => (await send(gateway.url, { target: "/readyz" })).status === 200;
    const authorizedRequest = { ...request, headers: { ...authorized(), ...request.headers } };
    // What the daemon asks of its own accord meets the fault, too, and then it may know that Redis is not well.
    for (let tries = 0; ; ++tries) {
        await until(ready, "/readyz");
        redis.is(mode);
        const answer = await send(gateway.url, authorizedRequest).finally(() => redis.is("pass"));
        if (answer.status !== 503 || tries === 10) return answer;
    }
}

const needsRedis = (operation) => "504" in operation.responses || operation.tags.includes("events");

/** By status: sends what gets this answer, made of `request`, which `operation` would answer 2xx. */
export const common = {
    400: (_, request) => soundly(withOption(request, "read=sideways")),
    401: (_, request) => soundly(withHeaders(request, authorized("wrong"))),
    403: (_, request) => soundly(withHeaders(request, authorized(tokens.denied))),
    429: (_, request) => soundly(withHeaders(request, authorized(tokens.slow))),
    413: (_, request) => soundly({ ...withHeaders(request, { "Content-Length": "99999999999" }), body: undefined }),
    414: (_, request) => soundly(withOption(request, `x=${"x".repeat(70_000)}`)),
    417: (_, request) => soundly(withHeaders(request, { Expect: "something" })),
    431: (_, request) => soundly(withHeaders(request, { "X-Padding": "x".repeat(90_000) })),
    501: (_, request) => soundly({ ...withHeaders(request, { "Transfer-Encoding": "gzip" }), body: undefined }),
    505: (_, request) => soundly({ ...request, version: "HTTP/2.0" }),
    async 408(_, request) {
        const unfinished = bytesOf({ ...request, headers: authorized(), body: undefined });
        const bytes = unfinished.subarray(0, unfinished.length - 2);
        return send((await daemons.hasty()).url, { ...request, bytes });
    },
    async 503(operation, request) {
        const daemon = needsRedis(operation) ? await daemons.down() : await daemons.crowded();
        // Who is turned away at the door was not asked what is wanted, HEAD or else.
        const method = daemon === (await daemons.down()) ? request.method : undefined;
        return send(daemon.url, { ...withHeaders(request, authorized()), method });
    },
    500: (_, request) => faultily("error", request),
    502: (_, request) => faultily("garbage", request),
    504: (_, request) => faultily("hold", withHeaders(request, { Prefer: "wait=0.05" })),
};

/** Sends what the table of an operation says. */
export async function particular(request) {
    if (!request.daemon) return soundly(request);
    return send((await daemons[request.daemon]()).url, request);
}
