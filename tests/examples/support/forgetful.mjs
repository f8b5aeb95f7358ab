// A proxy that loses answers: it ends the connection in the place of every so many-th, when the gateway has given it.
import { once } from "node:events";
import { connect, createServer } from "node:net";

export async function forgetful(port, every) {
    let answers = 0;
    const proxy = { forgotten: 0 };
    const server = createServer((client) => {
        const gateway = connect(port, "127.0.0.1");
        const end = () => [client, gateway].forEach((each) => each.destroy());
        for (const each of [client, gateway]) each.on("error", end).on("close", end);
        client.on("data", (bytes) => gateway.write(bytes));
        gateway.on("data", (bytes) => {
            if ((answers += 1) % every !== 0) return client.write(bytes);
            proxy.forgotten += 1;
            end();
        });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy.url = `http://127.0.0.1:${server.address().port}`;
    proxy.end = () => server.close();
    return proxy;
}
