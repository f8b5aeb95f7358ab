// A certificate for localhost, good for a day.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

import { folder } from "../../clients/support/processes.mjs";

function make() {
    const path = folder();
    const [chain, key, all] = ["chain.pem", "key.pem", "all.pem"].map((name) => `${path}/${name}`);
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    execFileSync("openssl", ["req", "-x509", ...kind, ...names, "-keyout", key, "-out", chain], { stdio: "ignore" });
    writeFileSync(all, readFileSync(chain, "utf8") + readFileSync(key, "utf8"), { mode: 0o600 });
    return { chain, key, all, pem: readFileSync(chain) };
}

export const certificate = make();
