// Stands between a proxy and the gateway, and can lose an answer after the request has got through.
import { once } from "node:events";
import { createConnection, createServer } from "node:net";

export class Relay {
    /** Requests in which this is found are passed on, and their connection is broken where the answer would come. */
    loses = undefined;
    lost = 0;

    static async start(port) {
        const relay = new Relay();
        relay.server = createServer((near) => relay.#join(near, port)).listen(0, "127.0.0.1");
        relay.server.unref();
        await once(relay.server, "listening");
        relay.address = `127.0.0.1:${relay.server.address().port}`;
        return relay;
    }

    #join(near, port) {
        const far = createConnection(port, "127.0.0.1");
        const cut = () => [near, far].forEach((socket) => socket.destroy());
        let losing = false;
        near.on("data", (bytes) => {
            losing ||= this.loses?.test(bytes) ?? false;
            far.write(bytes);
        });
        far.on("data", (bytes) => {
            if (losing) this.lost++;
            losing ? cut() : near.write(bytes);
        });
        for (const socket of [near, far]) socket.unref().on("close", cut).on("error", cut);
    }
}
