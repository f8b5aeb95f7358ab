// Every operation brought to every answer that the document has for it. What has no case here fails.
import { strict as assert } from "node:assert";
import { test } from "node:test";

import { common, particular } from "./cases/common.mjs";
import { cases as inside } from "./cases/inside.mjs";
import { cases as keys } from "./cases/keys.mjs";
import { cases as others } from "./cases/others.mjs";
import { prepare } from "./support/daemons.mjs";
import { operations, wrong } from "./support/document.mjs";

const cases = { ...keys, ...inside, ...others };

/** The request of an operation that all its common cases are made of. */
function successful(operation) {
    const [first] = Object.entries(cases[operation.id]).filter(([status]) => status < 300);
    return first[1][0];
}

/** What gets this answer: a list of functions that yield the answer. */
function attempts(operation, status) {
    const own = cases[operation.id]?.[status] ?? [];
    const ways = own.map((request) => ({ request, send: () => particular(request) }));
    if (common[status] && !own.some((request) => request.daemon)) {
        const request = successful(operation);
        ways.push({ request, send: () => common[status](operation, request) });
    }
    return ways;
}

for (const operation of operations)
    for (const status of Object.keys(operation.responses))
        test(`${operation.id} ${status}`, { timeout: 60_000 }, async () => {
            const ways = attempts(operation, status);
            assert.ok(ways.length, "the document has this answer, and no case leads to it");
            for (const { request, send } of ways) {
                await prepare(request.before);
                const answer = await send();
                const shown = `${request.method ?? "GET"} ${request.target}: ${answer.status} ${answer.body}`.slice(
                    0,
                    500,
                );
                assert.equal(answer.status, Number(status), shown);
                assert.equal(wrong(operation, answer, request), "", shown);
            }
        });

test("every case is of an operation and an answer of the document", () => {
    for (const [id, statuses] of Object.entries(cases)) {
        const operation = operations.find((one) => one.id === id);
        assert.ok(operation, `there is no operation ${id}`);
        for (const [status, requests] of Object.entries(statuses)) {
            assert.ok(operation.responses[status], `${id} has no ${status}`);
            for (const { method = "GET" } of requests) assert.equal(method, operation.method, `${id} ${status}`);
        }
    }
});
