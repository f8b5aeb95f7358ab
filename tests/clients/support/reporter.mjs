// What `node --test` prints: a line for each test that fails, and why; at the end, "N passed, N failed, N skipped".
import { inspect } from "node:util";

// Some versions of Node report every file as a test around its tests.
const aroundOthers = ({ name, details }) =>
    name.endsWith(".test.mjs") && (!details.error || details.error.failureType === "subtestsFailed");

export default async function* report(events) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for await (const { type, data } of events) {
        if (type === "test:stderr" || type === "test:stdout") yield data.message;
        if ((type !== "test:pass" && type !== "test:fail") || aroundOthers(data)) continue;
        if (type === "test:fail") {
            count.failed++;
            yield `FAILED ${data.name}\n${inspect(data.details.error?.cause ?? data.details.error, { depth: 8 })}\n`;
        } else if (data.skip !== undefined) {
            count.skipped++;
            yield `skipped ${data.name}: ${data.skip}\n`;
        } else {
            count.passed++;
        }
    }
    yield `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
}
