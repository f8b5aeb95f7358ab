// As keys.mjs, of what is inside a key.

const tag = '"aaf4c61ddcc5e8a2dabede0f3b482cd9"'; // of "hello"
const hash = [["HSET", "k", "f", "hello", "n", "1"]];
const list = [["RPUSH", "k", "hello", "b"]];
const set = [["SADD", "k", "a", "b"]];
const zset = [["ZADD", "k", "1.5", "a", "inf", "b"]];
const stream = [["XADD", "k", "1-1", "f", "v"]];
const string = [["SET", "k", "v"]];
const many = Array.from({ length: 50 }, (_, i) => `m${i}`);

/** Of one value inside a key, which has a tag and bytes as a string has. */
const readValue = (method, target, before) => ({
    200: [
        { method, target, before },
        { method, target: `${target}?raw`, before },
        { method, target: `${target}?raw&type=image/png`, before, anyType: true },
    ],
    206: [{ method, target: `${target}?raw`, headers: { Range: "bytes=1-2" }, before }],
    304: [{ method, target, headers: { "If-None-Match": tag }, before }],
    404: [{ method, target }],
    409: [{ method, target, before: string }],
    412: [{ method, target, headers: { "If-Match": '"other"' }, before }],
    416: [{ method, target: `${target}?raw`, headers: { Range: "bytes=9-" }, before }],
});

/** Of something with the usual answers to GET and HEAD. */
const read = (method, targets, missing, before) => ({
    200: targets.map((target) => ({ method, target, before })),
    304: [{ method, target: targets[0], headers: { "If-None-Match": "*" }, before }],
    404: [{ method, target: missing }],
    409: [{ method, target: missing, before: string }],
    412: [{ method, target: targets[0], headers: { "If-Match": '"other"' }, before }],
});

const fields = (method) => ({
    ...read(
        method,
        ["/keys/k/fields", "/keys/k/fields?field=f&field=none", "/keys/k/fields?cursor=&count=10&match=*&include=size"],
        "/keys/k/fields",
        hash,
    ),
    413: [{ method, target: "/keys/k/fields", before: [["HSET", "k", ...many]] }],
});
const items = (method) => ({
    ...read(method, ["/keys/k/items", "/keys/k/items?start=-1&stop=-1&include=size"], "/keys/k/items", list),
    413: [{ method, target: "/keys/k/items", before: [["RPUSH", "k", ...many]] }],
});
const members = (method) => ({
    ...read(method, ["/keys/k/members", "/keys/k/members?cursor=&include=size"], "/keys/k/members", set),
    413: [{ method, target: "/keys/k/members", before: [["SADD", "k", ...many]] }],
});
const scores = (method) => ({
    ...read(
        method,
        [
            "/keys/k/scores?rev&start=0",
            "/keys/k/scores?by=score&min=(1&max=inf&offset=0&count=5",
            "/keys/k/scores?cursor=",
        ],
        "/keys/k/scores",
        zset,
    ),
    413: [{ method, target: "/keys/k/scores", before: [["ZADD", "k", ...many.flatMap((name) => ["1", name])]] }],
});
const entries = (method) => ({
    ...read(
        method,
        ["/keys/k/entries", "/keys/k/entries?start=-&end=5-1&count=1&rev&include=size"],
        "/keys/k/entries",
        stream,
    ),
    413: [{ method, target: "/keys/k/entries", before: many.map(() => ["XADD", "k", "*", "f", "v"]) }],
});

const put = (target, body, more = {}) => ({ method: "PUT", target, body, ...more });
const post = (target, body, more = {}) => ({ method: "POST", target, body, ...more });
const remove = (target, before, headers) => ({ method: "DELETE", target, before, headers });

export const cases = {
    readFields: fields("GET"),
    probeFields: fields("HEAD"),
    changeFields: {
        200: [
            { method: "PATCH", target: "/keys/k/fields", body: '{"f":"v","n":null}', before: hash },
            { method: "PATCH", target: "/keys/k/fields?encoding=base64", body: '{"/w==":"/w=="}' },
        ],
        409: [{ method: "PATCH", target: "/keys/k/fields", body: '{"f":"v"}', before: string }],
    },
    readField: readValue("GET", "/keys/k/fields/f", hash),
    probeField: readValue("HEAD", "/keys/k/fields/f", hash),
    storeField: {
        200: [put("/keys/k/fields/f?xx", "v", { before: hash })],
        201: [put("/keys/k/fields/f?nx", "v"), put("/keys/k/fields/%FF", "v")],
        409: [put("/keys/k/fields/f", "v", { before: string })],
        412: [put("/keys/k/fields/f?nx", "v", { before: hash })],
    },
    deleteField: {
        204: [remove("/keys/k/fields/f", hash)],
        404: [remove("/keys/k/fields/f")],
        409: [remove("/keys/k/fields/f", string)],
        412: [remove("/keys/k/fields/f", hash, { "If-Match": '"other"' })],
    },
    incrementField: {
        200: [post("/keys/k/fields/n/incr?by=5", undefined, { before: hash }), post("/keys/k/fields/x/incr?by=0.5")],
        409: [
            post("/keys/k/fields/f/incr", undefined, { before: hash }),
            post("/keys/k/fields/f/incr", undefined, { before: string }),
        ],
    },

    readItems: items("GET"),
    probeItems: items("HEAD"),
    pushItems: {
        200: [
            post("/keys/k/items", '{"values":["a"],"side":"left"}'),
            post("/keys/k/items?xx", '{"values":["/w=="],"encoding":"base64"}', { before: list }),
        ],
        409: [post("/keys/k/items", '{"values":["a"]}', { before: string })],
        412: [post("/keys/k/items?xx", '{"values":["a"]}')],
    },
    popItems: {
        200: [remove("/keys/k/items?side=right&count=2", list)],
        404: [remove("/keys/k/items")],
        409: [remove("/keys/k/items", string)],
    },
    readItem: readValue("GET", "/keys/k/items/0", list),
    probeItem: readValue("HEAD", "/keys/k/items/-2", list),
    storeItem: {
        200: [put("/keys/k/items/0", "v", { before: list, headers: { "If-Match": tag } })],
        404: [put("/keys/k/items/7", "v", { before: list })],
        409: [put("/keys/k/items/0", "v", { before: string })],
        412: [put("/keys/k/items/0", "v", { before: list, headers: { "If-Match": '"other"' } })],
    },

    readMembers: members("GET"),
    probeMembers: members("HEAD"),
    addMembers: {
        200: [post("/keys/k/members", '{"members":["a","c"]}', { before: set })],
        409: [post("/keys/k/members", '{"members":["a"]}', { before: string })],
    },
    removeMembers: {
        200: [remove("/keys/k/members?member=a&member=c", set)],
        409: [remove("/keys/k/members?member=a", string)],
    },
    readMember: read("GET", ["/keys/k/members/a"], "/keys/k/members/c", set),
    probeMember: read("HEAD", ["/keys/k/members/a"], "/keys/k/members/c", set),
    addMember: {
        200: [put("/keys/k/members/a", undefined, { before: set })],
        201: [put("/keys/k/members/c?nx", undefined, { before: set })],
        409: [put("/keys/k/members/a", undefined, { before: string })],
        412: [put("/keys/k/members/a?nx", undefined, { before: set })],
    },
    removeMember: {
        204: [remove("/keys/k/members/a", set)],
        404: [remove("/keys/k/members/c", set)],
        409: [remove("/keys/k/members/a", string)],
    },

    readScores: scores("GET"),
    probeScores: scores("HEAD"),
    setScores: {
        200: [post("/keys/k/scores?gt", '{"scores":{"a":7,"c":"inf"}}', { before: zset })],
        409: [post("/keys/k/scores", '{"scores":{"a":7}}', { before: string })],
    },
    readScore: read("GET", ["/keys/k/scores/a", "/keys/k/scores/b?rev"], "/keys/k/scores/c", zset),
    probeScore: read("HEAD", ["/keys/k/scores/a"], "/keys/k/scores/c", zset),
    setScore: {
        200: [put("/keys/k/scores/a?xx", '{"score":2}', { before: zset })],
        201: [put("/keys/k/scores/c", '{"score":"-inf"}', { before: zset })],
        409: [put("/keys/k/scores/a", '{"score":2}', { before: string })],
        412: [put("/keys/k/scores/a?nx", '{"score":2}', { before: zset })],
    },
    removeScore: {
        204: [remove("/keys/k/scores/a", zset)],
        404: [remove("/keys/k/scores/c", zset)],
        409: [remove("/keys/k/scores/a", string)],
    },
    incrementScore: {
        200: [post("/keys/k/scores/a/incr?by=1.5", undefined, { before: zset })],
        409: [post("/keys/k/scores/b/incr?by=1", undefined, { before: string })],
    },

    readEntries: entries("GET"),
    probeEntries: entries("HEAD"),
    addEntry: {
        201: [
            post("/keys/k/entries", '{"fields":{"f":"v"},"maxlen":1000,"approximate":true}'),
            post("/keys/k/entries?xx", '{"fields":{"f":"v"},"id":"5-*"}', { before: stream }),
        ],
        409: [post("/keys/k/entries", '{"fields":{"f":"v"}}', { before: string })],
        412: [post("/keys/k/entries", '{"fields":{"f":"v"},"id":"1-0"}', { before: stream })],
    },
    readEntry: read("GET", ["/keys/k/entries/1-1"], "/keys/k/entries/1-2", stream),
    probeEntry: read("HEAD", ["/keys/k/entries/1-1"], "/keys/k/entries/1-2", stream),
    deleteEntry: {
        204: [remove("/keys/k/entries/1-1", stream)],
        404: [remove("/keys/k/entries/1-2", stream)],
        409: [remove("/keys/k/entries/1-1", string)],
    },
};
