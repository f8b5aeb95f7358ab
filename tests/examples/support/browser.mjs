// A Chromium without a window, driven over a pipe by its own protocol (Chrome DevTools).
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

import { folder } from "../../clients/support/processes.mjs";

const program = "chromium";
export const isThere = spawnSync(program, ["--version"]).status === 0;

const quiet = ["quic", "gpu", "background-networking", "component-update", "sync", "extensions", "dev-shm-usage"];
const options = ["headless", "no-sandbox", "no-first-run", "remote-debugging-pipe", ...quiet.map((what) => `disable-${what}`)];

export class Browser {
    #calls = new Map();
    #last = 0;

    static async start() {
        const browser = new Browser();
        const path = folder();
        const ours = [`--user-data-dir=${path}`, ...options.map((option) => `--${option}`), "about:blank"];
        // It reads commands from descriptor 3 and answers on 4. HOME, too, is a place that is removed.
        browser.process = spawn("setpriv", ["--pdeathsig", "KILL", "--", program, ...ours], {
            env: { PATH: process.env.PATH, HOME: path, XDG_CONFIG_HOME: path, XDG_CACHE_HOME: path },
            stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
        });
        browser.process.on("error", (error) => browser.#fail(error));
        browser.process.on("exit", () => browser.#fail(new Error(`${program} has ended`)));
        browser.process.stdio[3].on("error", () => {});
        browser.#listen(browser.process.stdio[4]);
        await browser.call("Browser.getVersion");
        return browser;
    }

    // Messages are JSON, each ended by a NUL.
    #listen(pipe) {
        let text = "";
        pipe.setEncoding("utf8").on("data", (part) => {
            const whole = (text + part).split("\0");
            text = whole.pop();
            for (const message of whole) this.#take(JSON.parse(message));
        });
    }

    #take({ id, result, error }) {
        const call = this.#calls.get(id);
        this.#calls.delete(id);
        if (error) call?.reject(new Error(error.message));
        else call?.resolve(result);
    }

    #fail(error) {
        for (const { reject } of this.#calls.values()) reject(error);
        this.#calls.clear();
    }

    call(method, params = {}, sessionId) {
        const id = ++this.#last;
        this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
        return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    }

    /** Opens a page; what it gives runs an expression in it and answers what that is. */
    async open(url) {
        const { targetId } = await this.call("Target.createTarget", { url });
        const { sessionId } = await this.call("Target.attachToTarget", { targetId, flatten: true });
        return async (expression) => {
            const params = { expression, awaitPromise: true, returnByValue: true };
            const { result, exceptionDetails } = await this.call("Runtime.evaluate", params, sessionId);
            if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
            return result.value;
        };
    }

    async end() {
        const ended = once(this.process, "exit");
        await this.call("Browser.close").catch(() => {});
        await ended;
    }
}
