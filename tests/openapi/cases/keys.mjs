// How each operation on keys is brought to each of its answers. `before`: commands that are run first.

const tag = '"aaf4c61ddcc5e8a2dabede0f3b482cd9"'; // of "hello"
const hello = [["SET", "k", "hello"]];
const bytes = { Accept: "application/octet-stream" };
const many = Array.from({ length: 50 }, (_, i) => `m${i}`);

const readKey = (method) => ({
    200: [
        { method, target: "/keys/k", before: hello },
        { method, target: "/keys/k?include=type,ttl,size", before: [["SET", "k", "v", "EX", "100"]] },
        { method, target: "/keys/k?raw", before: hello },
        { method, target: "/keys/k", headers: bytes, before: hello },
        { method, target: "/keys/k?raw&type=image/png", before: hello, anyType: true },
        { method, target: "/keys/k", before: [["SET", "k", { $b64: "/wA=" }]] },
        { method, target: "/keys/%FF%00", before: [["SET", { $b64: "/wA=" }, "v"]] },
        { method, target: "/keys/k", before: [["HSET", "k", "f", "v"]] },
        { method, target: "/keys/k?include=size", before: [["RPUSH", "k", "a", "b"]] },
        { method, target: "/keys/k", before: [["SADD", "k", "a", { $b64: "/w==" }]] },
        { method, target: "/keys/k", before: [["ZADD", "k", "1.5", "a", "inf", "b", "-inf", "c"]] },
        { method, target: "/keys/k?read=primary", before: [["XADD", "k", "1-1", "f", "v"]] },
    ],
    304: [{ method, target: "/keys/k", headers: { "If-None-Match": tag }, before: hello }],
    404: [{ method, target: "/keys/k" }],
    412: [{ method, target: "/keys/k", headers: { "If-Match": '"other"' }, before: hello }],
});

export const cases = {
    listKeys: {
        200: [
            { target: "/keys?match=k*&type=string&count=10", before: hello },
            { target: "/keys?count=1", before: many.map((key) => ["SET", key, "v"]) },
            { target: "/keys", before: [["SET", { $b64: "/wA=" }, "v"]] },
            {
                target: "/keys",
                headers: { Accept: "application/x-ndjson" },
                before: [...hello, ["SET", { $b64: "/w==" }, "v"]],
            },
            { target: "/keys?key=k&key=none", before: hello },
            { target: "/keys?key=k", before: [["SET", "k", { $b64: "/wA=" }]] },
        ],
    },
    probeKeys: {
        200: [
            { method: "HEAD", target: "/keys" },
            { method: "HEAD", target: "/keys?key=a" },
        ],
    },
    storeKeys: { 200: [{ method: "PUT", target: "/keys", body: '{"a":"1","b":"2"}' }] },
    deleteKeys: { 200: [{ method: "DELETE", target: "/keys?key=k&key=b", before: hello }] },

    readKey: {
        ...readKey("GET"),
        206: [
            { target: "/keys/k?raw", headers: { Range: "bytes=1-2" }, before: hello },
            { target: "/keys/k?raw", headers: { Range: "bytes=-2", "If-Range": tag }, before: hello },
        ],
        409: [{ target: "/keys/k?raw", before: [["SADD", "k", "a"]] }],
        413: [{ target: "/keys/k", before: [["RPUSH", "k", ...many]] }],
        416: [{ target: "/keys/k?raw", headers: { Range: "bytes=9-" }, before: hello }],
    },
    probeKey: readKey("HEAD"),
    storeKey: {
        200: [
            { method: "PUT", target: "/keys/k", body: "v", before: hello },
            { method: "PUT", target: "/keys/k?ttl=1.5&xx", body: "v", before: hello },
            { method: "PUT", target: "/keys/k?keepttl", body: "", headers: { "If-Match": tag }, before: hello },
            ...[
                '{"value":"v","ttl":60}',
                '{"value":"/wA=","encoding":"base64","key":"other"}',
                '{"type":"hash","value":{"f":"v"},"ttl":null}',
                '{"type":"list","value":["a","b"],"size":2}',
                '{"type":"set","value":["a","b"]}',
                '{"type":"zset","value":[{"member":"a","score":1.5},{"member":"b","score":"inf"}]}',
                '{"type":"stream","value":[{"id":"1-0","fields":{"f":"v"}}]}',
            ].map((body) => ({
                method: "PUT",
                target: "/keys/k",
                headers: { "Content-Type": "application/vnd.rediserve+json" },
                body,
                before: hello,
            })),
        ],
        201: [
            { method: "PUT", target: "/keys/k?nx&expire_at_ms=99999999999999", body: "v" },
            { method: "PUT", target: "/keys/%FF", body: "v" },
        ],
        412: [
            { method: "PUT", target: "/keys/k?nx", body: "v", before: hello },
            { method: "PUT", target: "/keys/k", body: "v", headers: { "If-Match": '"other"' }, before: hello },
        ],
    },
    changeKey: {
        200: [
            { method: "PATCH", target: "/keys/k", body: '{"ttl":60}', before: hello },
            { method: "PATCH", target: "/keys/k", body: '{"ttl":null}', before: hello },
            { method: "PATCH", target: "/keys/k", body: '{"expire_at":1}', before: hello },
            {
                method: "PATCH",
                target: "/keys/k",
                body: '{"rename":{"base64":"/wA="},"nx":true,"ttl_ms":5000}',
                before: hello,
            },
        ],
        404: [{ method: "PATCH", target: "/keys/k", body: '{"ttl":60}' }],
        412: [
            {
                method: "PATCH",
                target: "/keys/k",
                body: '{"rename":"b","nx":true}',
                before: [...hello, ["SET", "b", "v"]],
            },
        ],
    },
    deleteKey: {
        204: [{ method: "DELETE", target: "/keys/k", before: hello }],
        404: [{ method: "DELETE", target: "/keys/k" }],
        412: [{ method: "DELETE", target: "/keys/k", headers: { "If-Match": '"other"' }, before: hello }],
    },
    incrementKey: {
        200: [
            { method: "POST", target: "/keys/k/incr" },
            { method: "POST", target: "/keys/k/incr?by=0.5", before: [["SET", "k", "10"]] },
        ],
        409: [
            { method: "POST", target: "/keys/k/incr", before: hello },
            { method: "POST", target: "/keys/k/incr", before: [["SADD", "k", "a"]] },
        ],
    },
    appendToKey: {
        200: [{ method: "POST", target: "/keys/k/append", body: "v", before: hello }],
        409: [{ method: "POST", target: "/keys/k/append", body: "v", before: [["SADD", "k", "a"]] }],
    },
};
