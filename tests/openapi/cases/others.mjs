// As keys.mjs, of commands, events, tickets and operations.
import { firstEvent } from "../support/http.mjs";

const resp2 = { "Upstash-Response-Format": "resp2" };
const base64 = { "Upstash-Encoding": "base64" };
const events = { Accept: "text/event-stream" };
const wrongTag = { "If-None-Match": '"other"' };

const post = (target, body, headers = {}) => ({ method: "POST", target, body, headers });

/** A command of the path, with and without an argument. */
const inPath = (method) => ({
    200: [
        { method, target: "/ping" },
        { method, target: "/PING", headers: base64 },
        { method, target: "/ping", headers: resp2 },
    ],
    400: [
        { method, target: "/get" },
        { method, target: "/%ff" },
        { method, target: "/get", headers: resp2 },
        { method, target: "/ping", headers: { "Upstash-Encoding": "rot13" } },
    ],
});
const withArguments = (method) => ({
    200: [
        { method, target: "/get/k", before: [["SET", "k", "v"]] },
        { method, target: "/lrange/k/0/-1", before: [["RPUSH", "k", "a", "b"]] },
        { method, target: "/set/k/v?EX=100&NX" },
    ],
    400: [
        { method, target: "/get/a/b/c" },
        { method, target: "/shutdown/nosave" },
    ],
});

const listen = (method, target) => ({
    200: [{ method, target, headers: events, enough: firstEvent }],
    400: [{ method, target }],
});

/** Of what only tells. */
const told = (method, target) => ({ 200: [{ method, target }] });

export const cases = {
    runCommand: {
        200: [
            post("/", '["SET","k",{"$b64":"/wA="}]'),
            post("/", '["PING"]', base64),
            post("/", '["PING"]', resp2),
            post("/", '["HGETALL","k"]', { Accept: "application/vnd.rediserve.typed+json" }),
            post("/", '["HGETALL","k"]', { Accept: "application/msgpack" }),
            post("/", '["HGETALL","k"]', { Accept: "application/cbor" }),
            post("/", '["EVAL","return {1,{2,false},redis.status_reply(\'x\')}",0]'),
        ],
        400: [
            post("/", "[]"),
            post("/", "{"),
            post("/", '["GET"]'),
            post("/", '["GET"]', resp2),
            post("/", '["MULTI"]'),
        ],
    },
    runPipeline: {
        200: [post("/pipeline", '[["INCR","n"],["GET"],["GET","n"]]'), post("/pipeline", '[["PING"],["GET"]]', resp2)],
        400: [post("/pipeline", "[]"), post("/pipeline", '["PING"]')],
    },
    runTransaction: {
        200: [
            post("/multi-exec", '[["SET","a","1"],["INCR","a"],["LPUSH","a","x"]]'),
            post("/multi-exec", '[["PING"]]', resp2),
            post("/multi-exec", '{"if":[{"key":"none","exists":false}],"commands":[["PING"]]}'),
        ],
        400: [post("/multi-exec", "[]"), post("/multi-exec", '[["GET"]]'), post("/multi-exec", '{"if":[]}')],
        412: [post("/multi-exec", '{"if":[{"key":"none","exists":true}],"commands":[["PING"]]}')],
    },
    getCommand: inPath("GET"),
    headCommand: inPath("HEAD"),
    postCommand: {
        ...inPath("POST"),
        200: [{ method: "POST", target: "/echo", body: "\xff\r\n" }, ...inPath("POST")[200]],
    },
    putCommand: inPath("PUT"),
    getCommandWithArguments: withArguments("GET"),
    headCommandWithArguments: withArguments("HEAD"),
    postCommandWithArguments: withArguments("POST"),
    putCommandWithArguments: withArguments("PUT"),

    subscribe: listen("GET", "/subscribe/news/sports"),
    postSubscribe: listen("POST", "/subscribe/news"),
    subscribeToPatterns: listen("GET", "/psubscribe/n*"),
    postSubscribeToPatterns: listen("POST", "/psubscribe/n*"),
    subscribeToShardChannels: listen("GET", "/ssubscribe/news"),
    postSubscribeToShardChannels: listen("POST", "/ssubscribe/news"),
    monitor: { ...listen("GET", "/monitor"), 200: [{ target: "/monitor", headers: events, enough: firstEvent }] },
    postMonitor: listen("POST", "/monitor"),

    followStream: {
        200: [
            { target: "/streams/s", enough: firstEvent },
            { target: "/streams/s?from=0&field=f", before: [["XADD", "s", "1-1", "f", "v"]], enough: firstEvent },
            {
                target: "/streams/s?group=g&consumer=c&count=2&claim=5m",
                before: [["XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"]],
                enough: firstEvent,
            },
        ],
        404: [{ target: "/streams/s?group=g&consumer=c" }],
        409: [{ target: "/streams/s", before: [["SET", "s", "v"]] }],
    },
    appendToStream: {
        201: [post("/streams/s", '{"fields":{"f":"v"},"maxlen":10}')],
        409: [{ ...post("/streams/s", '{"fields":{"f":"v"}}'), before: [["SET", "s", "v"]] }],
        412: [post("/streams/s?xx", '{"fields":{"f":"v"}}')],
    },
    makeGroup: {
        200: [{ method: "PUT", target: "/streams/s/groups/g", before: [["XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"]] }],
        201: [{ method: "PUT", target: "/streams/s/groups/g?from=0" }],
        409: [{ method: "PUT", target: "/streams/s/groups/g", before: [["SET", "s", "v"]] }],
    },
    removeGroup: {
        204: [{ method: "DELETE", target: "/streams/s/groups/g", before: [["XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"]] }],
        404: [{ method: "DELETE", target: "/streams/s/groups/g" }],
        409: [{ method: "DELETE", target: "/streams/s/groups/g", before: [["SET", "s", "v"]] }],
    },
    acknowledgeEntries: {
        200: [post("/streams/s/groups/g/ack", '{"ids":["1-1"]}')],
        409: [{ ...post("/streams/s/groups/g/ack", '{"ids":["1-1"]}'), before: [["SET", "s", "v"]] }],
    },
    createTicket: { 201: [{ method: "POST", target: "/tickets" }] },
    live: told("GET", "/livez"),
    probeLive: told("HEAD", "/livez"),
    ready: { ...told("GET", "/readyz"), 503: [{ target: "/readyz", daemon: "down" }] },
    probeReady: { ...told("HEAD", "/readyz"), 503: [{ method: "HEAD", target: "/readyz", daemon: "down" }] },
    version: told("GET", "/version"),
    probeVersion: told("HEAD", "/version"),
    metrics: told("GET", "/metrics"),
    probeMetrics: told("HEAD", "/metrics"),
    describe: {
        200: [{ target: "/openapi.json" }, { target: "/openapi.json", headers: wrongTag }],
        304: [{ target: "/openapi.json", headers: { "If-None-Match": "*" } }],
    },
    probeDescription: {
        ...told("HEAD", "/openapi.json"),
        304: [{ method: "HEAD", target: "/openapi.json", headers: { "If-None-Match": "*" } }],
    },
};
