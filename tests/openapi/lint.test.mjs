// The document is well-formed OpenAPI 3.1: the linter finds nothing, warnings included.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { formatProblems, lint, loadConfig } from "@redocly/openapi-core";

import { documentPath } from "./support/document.mjs";

test("the linter finds nothing", async () => {
    const config = await loadConfig({ configPath: fileURLToPath(new URL("redocly.yaml", import.meta.url)) });
    const problems = await lint({ ref: documentPath, config });
    if (problems.length) formatProblems(problems, { format: "codeframe", maxProblems: 50, version: "" });
    assert.equal(problems.length, 0, `${problems.length} problems`);
});
