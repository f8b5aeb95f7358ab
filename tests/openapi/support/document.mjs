// The document, and what an answer of the daemon may be according to it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

export const documentPath = fileURLToPath(new URL("../../../docs/openapi.yaml", import.meta.url));

/** The document as the daemon is to serve it: without what is there for its anchors only. */
export function readDocument() {
    const all = parse(readFileSync(documentPath, "utf8"), { merge: true, maxAliasCount: -1 });
    return Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith("x-")));
}

export const document = readDocument();

const methods = ["get", "head", "put", "patch", "post", "delete"];

/** What a `$ref` points to; anything else is itself. */
export function resolved(what) {
    if (!what?.$ref) return what;
    const steps = what.$ref.slice(2).split("/");
    return resolved(steps.reduce((at, step) => at[step], document));
}

/** Every operation: `{ id, method, path, parameters, body, responses, secured, tags }`. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    methods
        .filter((method) => item[method])
        .map((method) => {
            const operation = item[method];
            return {
                id: operation.operationId,
                method: method.toUpperCase(),
                path,
                parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolved),
                body: resolved(operation.requestBody),
                responses: operation.responses,
                secured: (operation.security ?? document.security).length > 0,
                tags: operation.tags,
            };
        }),
);

export const operation = (id) => operations.find((one) => one.id === id);

// ---- schemas ---------------------------------------------------------------------------------------------------------

const ajv = new Ajv({ strict: false, allErrors: false });
addFormats(ajv);
// New words may be added for clients' sake, but not by mistake.
ajv.addKeyword({ keyword: "x-extensible-enum", validate: (words, word) => words.includes(word) });
ajv.addSchema({ $id: "document", components: document.components });

const validators = new Map();

/** Why `value` is not as `schema` says; empty when it is. */
export function violation(schema, value) {
    if (!schema || Object.keys(schema).length === 0) return "";
    if (!validators.has(schema)) {
        const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/'));
        validators.set(schema, ajv.compile(absolute));
    }
    const validate = validators.get(schema);
    return validate(value) ? "" : ajv.errorsText(validate.errors);
}

// ---- answers ---------------------------------------------------------------------------------------------------------

function wrongHeaders(response, answer) {
    for (const [name, of] of Object.entries(response.headers ?? {})) {
        const header = resolved(of);
        const value = answer.headers[name.toLowerCase()];
        if (value === undefined && header.required) return `the header ${name} is missing`;
        if (value === undefined) continue;
        const typed = header.schema.type === "number" || header.schema.type === "integer" ? Number(value) : value;
        const why = violation(header.schema, typed);
        if (why) return `the header ${name}: ${why}`;
    }
    return "";
}

function wrongLines(schema, body) {
    for (const line of body.toString().split("\n").slice(0, -1)) {
        const why = violation(schema, JSON.parse(line));
        if (why) return `the line ${line}: ${why}`;
    }
    return "";
}

function wrongContent(response, answer, anyType) {
    const type = answer.headers["content-type"]?.split(";")[0];
    if (!response.content) return answer.body.length ? "there is a body" : "";
    if (!type) return "there is no Content-Type";
    const media = response.content[type];
    if (!media) return anyType && response.content["application/octet-stream"] ? "" : `the content type ${type}`;
    if (type === "application/x-ndjson") return wrongLines(media.schema, answer.body);
    if (type !== "application/json") return "";
    let value;
    try {
        value = JSON.parse(answer.body.toString());
    } catch (why) {
        return `the body is no JSON: ${why}`;
    }
    return violation(media.schema, value);
}

// Who is turned away at the door was not asked what is wanted, HEAD or else.
const unread = (answer) => answer.status === 503 && answer.body.includes("too many connections");

/**
 * Why the document does not allow `answer` (`{ status, headers, body }`) to a request of `operation`; empty when it does.
 * `anyType`: the request has chosen the content type itself.
 */
export function wrong(operation, answer, { anyType = false } = {}) {
    const response = resolved(operation.responses[answer.status]);
    if (!response) return `the status ${answer.status} is not documented`;
    const headers = wrongHeaders(response, answer);
    if (headers) return headers;
    if (operation.method === "HEAD" && !unread(answer)) return answer.body.length ? "an answer to HEAD has a body" : "";
    return wrongContent(response, answer, anyType);
}
