// Requests made from the document: right ones, nearly right ones, and others.
import fc from "fast-check";

import { operations, resolved } from "./document.mjs";

// ---- values ----------------------------------------------------------------------------------------------------------

// Keys that hold something at the start, one of each type, and names that come up again.
export const knownNames = ["string", "number", "hash", "list", "set", "zset", "stream", "f", "m"];

/** `of` in so many of a hundred cases, else `none`. */
const sometimes = (percent, of, none) =>
    fc.oneof({ weight: percent, arbitrary: of }, { weight: 100 - percent, arbitrary: fc.constant(none) });

const name = fc.constantFrom(...knownNames);
const unicode = fc.string({ unit: "binary", maxLength: 12 });
const text = fc.oneof({ weight: 3, arbitrary: name }, { weight: 1, arbitrary: unicode });

const numbers = fc.oneof(
    fc.integer({ min: -5, max: 50 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(1e18, -9223372036854775808, 1e300, 0.1),
);

function numberOf({ type, minimum, maximum, exclusiveMinimum }) {
    const min = minimum ?? exclusiveMinimum ?? -1000;
    const whole = fc.integer({ min: Math.ceil(min), max: Math.min(maximum ?? 2 ** 31 - 1, 2 ** 31 - 1) });
    return type === "integer" ? whole : fc.oneof(whole, fc.double({ min, max: maximum ?? 1e12, noNaN: true }));
}

function objectOf({ properties = {}, required = [], additionalProperties, minProperties = 0 }) {
    const known = fc.record(Object.fromEntries(Object.entries(properties).map(([key, of]) => [key, valueOf(of)])), {
        requiredKeys: required,
    });
    if (!additionalProperties) return known;
    const others = fc.dictionary(text, valueOf(additionalProperties), { minKeys: minProperties, maxKeys: 5 });
    return fc.tuple(known, others).map(([own, more]) => ({ ...more, ...own }));
}

function typed(schema, type) {
    switch (type) {
        case "string":
            return schema.pattern ? fc.constantFrom("1-0", "5-1", "99999999999999-0") : text;
        case "number":
        case "integer":
            return numberOf({ ...schema, type });
        case "boolean":
            return fc.boolean();
        case "null":
            return fc.constant(null);
        case "array":
            return fc.array(valueOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 5 });
        default:
            return objectOf(schema);
    }
}

/** Values that `schema` allows, as far as it is written with the words used here. */
export function valueOf(schema) {
    const { oneOf, ...of } = resolved(schema);
    if (oneOf) {
        return fc.oneof(
            ...oneOf.map((one) =>
                valueOf({
                    ...of,
                    ...resolved(one),
                    required: [...(of.required ?? []), ...(resolved(one).required ?? [])],
                    ...((of.properties ?? resolved(one).properties) && {
                        properties: { ...of.properties, ...resolved(one).properties },
                    }),
                }),
            ),
        );
    }
    if ("const" in of) return fc.constant(of.const);
    if (of.enum) return fc.constantFrom(...of.enum);
    const types = [of.type ?? (of.properties ? "object" : "string")].flat();
    return fc.oneof(...types.map((type) => typed(of, type)));
}

// ---- parts of a request ----------------------------------------------------------------------------------------------

const anyByte = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));
const encoded = (bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const segment = fc.oneof(
    { weight: 6, arbitrary: name },
    { weight: 2, arbitrary: anyByte.map(encoded) },
    // What no client should send, but for what would end the request line.
    { weight: 1, arbitrary: anyByte.map((bytes) => bytes.toString("latin1").replaceAll(/[\r\n \t/?#\0]/g, "%")) },
);

// Those that neither block for long nor do harm to the server that all requests share.
const commands = (
    "get set incr incrbyfloat append strlen getrange del exists type ttl expire persist rename copy mget mset hset hget " +
    "hgetall hdel lpush rpop lrange llen sadd srem smembers sinter zadd zrange zscore zincrby xadd xrange xlen pfadd " +
    "scan hscan ping echo time dbsize object getex eval_ro multi subscribe blpop hello select nosuch command"
).split(" ");
const small = fc.oneof(
    text,
    fc.integer({ min: -3, max: 100 }).map(String),
    fc.constantFrom("0", "EX", "NX", "*", "-", "+"),
);
const quickly = (words) => (words[0] === "blpop" ? ["blpop", "nothing", "0.01"] : words);
const command = fc
    .tuple(fc.constantFrom(...commands), fc.array(small, { maxLength: 4 }))
    .map(([first, rest]) => quickly([first, ...rest]));

const special = {
    index: fc.oneof(
        fc.integer({ min: -4, max: 4 }).map(String),
        fc.constantFrom("99999999999999999999", "x", "1.5", "-0"),
        segment,
    ),
    id: fc.oneof(fc.constantFrom("1-0", "1-1", "5", "*", "-", "99999999999999999999-1"), segment),
    command: fc.constantFrom(...commands.filter((one) => one !== "blpop")),
};

const pathOf = (operation) => {
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
    return fc
        .tuple(...names.map((one) => special[one] ?? segment))
        .map((values) => names.reduce((path, one, i) => path.replace(`{${one}}`, () => values[i]), operation.path));
};

const parameterText = (value) => encodeURIComponent(typeof value === "object" ? JSON.stringify(value) : String(value));

const freeQuery = fc
    .dictionary(fc.constantFrom("EX", "NX", "x"), fc.constantFrom("", "1", "y"), { maxKeys: 2 })
    .map((all) => Object.entries(all));

/** `[name, value]` pairs of one parameter: usually right ones. */
function optionOf(parameter) {
    const { name: key, example, explode } = parameter;
    const schema = resolved(parameter.schema);
    if (schema.type === "object") return freeQuery;
    const pairs = (value) => (explode === false ? [[value].flat().join(",")] : [value].flat()).map((one) => [key, one]);
    const typical = [example, schema.default, key === "cursor" ? "" : undefined].filter((one) => one !== undefined);
    // What a text may be, its type does not say.
    const right = typical.length && schema.type === "string" ? fc.constantFrom(...typical) : valueOf(schema);
    const wrong = fc.oneof(unicode, numbers.map(String));
    return fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: wrong }).map(pairs);
}

const odd = fc.constantFrom("%", "a=%zz", "unknown=1", "=", "&&", "read=", "raw=1", "ttl=1&ttl=2", "%00=%ff");

function queryOf(operation) {
    const options = operation.parameters
        .filter((one) => one.in === "query")
        .map((parameter) => ({ parameter, of: optionOf(parameter) }));
    const share = Math.round(60 / Math.max(options.length, 3)); // many of them exclude others
    const chosen = options.map(({ parameter, of }) => sometimes(parameter.required ? 90 : share, of, []));
    const some = fc
        .tuple(...chosen)
        .map((lists) => lists.flat().map(([key, value]) => `${parameterText(key)}=${parameterText(value)}`));
    return fc
        .tuple(
            some,
            sometimes(
                5,
                odd.map((one) => [one]),
                [],
            ),
        )
        .map((parts) => parts.flat().join("&"));
}

const headerText = fc.string({ unit: "grapheme-ascii", maxLength: 20 }).map((value) => value.trim());
const tags = fc.constantFrom("*", '"x"', 'W/"x", "y"', '"aaf4c61ddcc5e8a2dabede0f3b482cd9"', "x", '"');
const usualHeaders = {
    "If-Match": tags,
    "If-None-Match": tags,
    "If-Range": tags,
    Range: fc.constantFrom(
        "bytes=0-1",
        "bytes=-1",
        "bytes=1-",
        "bytes=9-1",
        "bytes=0-0,2-3",
        "lines=1",
        "bytes=99999999999999999999-",
    ),
    Prefer: fc.constantFrom("wait=20", "wait=20, respond-async", "wait=soon", "wait=-1", "=;,"),
    Accept: fc.constantFrom(
        "*/*",
        "application/octet-stream",
        "application/x-ndjson",
        "text/event-stream",
        "text/html",
        ";q=,",
    ),
    "Content-Type": fc.constantFrom(
        "application/json",
        "application/vnd.rediserve+json",
        "text/plain",
        "multipart/form-data",
        ";",
    ),
    Origin: fc.constantFrom("https://app.example", "null"),
};

function headersOf(operation) {
    const declared = operation.parameters.filter((one) => one.in === "header").map((one) => one.name);
    const names = [...declared, "Accept", "Content-Type", "Origin"];
    const value = (key) =>
        fc.oneof(
            { weight: 6, arbitrary: usualHeaders[key] ?? fc.constantFrom("base64", "json", "resp2", "1.x:5") },
            { weight: 1, arbitrary: headerText },
        );
    const needed = resolved(operation.responses[200])?.content?.["text/event-stream"]
        ? { Accept: "text/event-stream" }
        : {};
    return fc
        .record(Object.fromEntries(names.map((key) => [key, sometimes(10, value(key), needed[key])])))
        .map((all) => Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined)));
}

function mutated(bytes, at, byte) {
    const copy = Buffer.from(bytes);
    if (copy.length) copy[at % copy.length] = byte;
    return copy;
}

function bodyOf(operation) {
    const schemas = Object.values(operation.body?.content ?? {})
        .map((media) => media.schema)
        .filter(Boolean);
    const isCommand = operation.id === "runCommand";
    const areCommands = ["runPipeline", "runTransaction"].includes(operation.id);
    const right = isCommand
        ? command
        : areCommands
          ? fc.array(command, { minLength: 1, maxLength: 4 })
          : fc.oneof(fc.constant("x"), ...schemas.map(valueOf));
    const document = right.map((value) => Buffer.from(JSON.stringify(value)));
    const broken = fc.tuple(document, fc.nat(200), fc.nat(255)).map(([bytes, at, byte]) => mutated(bytes, at, byte));
    const others = fc.oneof(
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
        fc.json({ maxDepth: 3 }).map((json) => Buffer.from(json)),
    );
    if (!operation.body) return sometimes(10, others, undefined);
    return fc.oneof(
        { weight: 5, arbitrary: document },
        { weight: 1, arbitrary: broken },
        { weight: 1, arbitrary: others },
    );
}

const otherMethods = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "LINK"];

function requestTo(operation) {
    return fc.record({
        method: fc.oneof(
            { weight: 12, arbitrary: fc.constant(operation.method) },
            { weight: 1, arbitrary: fc.constantFrom(...otherMethods) },
        ),
        path: pathOf(operation),
        query: queryOf(operation),
        headers: headersOf(operation),
        body: bodyOf(operation),
    });
}

/** Requests to any operation. */
export const requests = fc.constantFrom(...operations).chain(requestTo);
