// What pages show of a file is in that file, and every file and page that they link to is there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const pages = ["clients", "dialects/streams", "dialects/upstash", "idempotency", "reverse-proxies", "transactions", "typed-replies", "watching"].map((name) => `docs/${name}.md`);
const documents = execFileSync("git", ["ls-files", "*.md"], { cwd: repository, encoding: "utf8" }).split("\n").filter(Boolean);
const read = (path) => readFileSync(join(repository, path), "utf8");

// Blocks stand at the margin, also where their file indents them.
const withoutIndent = (lines) => {
    const depths = lines.filter((line) => line.trim()).map((line) => line.match(/^[\t ]*/)[0].length);
    return lines.map((line) => line.slice(Math.min(...depths))).join("\n");
};

function holds(text, block) {
    const [all, wanted] = [text, block].map((each) => each.split("\n"));
    return all.some((_, at) => withoutIndent(all.slice(at, at + wanted.length)) === block);
}

for (const page of pages) {
    test(`${page} shows what is in the files`, () => {
        const shown = [...read(page).matchAll(/<!-- from (\S+) -->\n```\w+\n(.*?)\n```/gs)];
        assert.equal(shown.length, read(page).split("<!-- from ").length - 1, "a block that is not read");
        for (const [, file, block] of shown) assert.ok(holds(read(file), block), `${file} does not have:\n${block}`);
    });
}

for (const page of documents) {
    test(`${page} links to what is there`, () => {
        const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
        for (const [, path, anchor] of links) {
            const target = path ? join(dirname(page), path) : page;
            assert.ok(existsSync(join(repository, target)), target);
            if (anchor) assert.ok(anchors(target).includes(anchor), `${target}#${anchor}`);
        }
    });
}

// As GitHub makes them of headings.
function anchors(path) {
    const headings = [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase());
    return headings.map((title) => title.replace(/[^\p{L}\p{N}\- ]/gu, "").replaceAll(" ", "-"));
}
