// Asks Redis past everything else, with arguments of any bytes.
import { once } from "node:events";
import { createConnection } from "node:net";

/** The reply as RESP's bytes: "$-1\r\n", ":3\r\n", or what stands in a bulk string. */
export async function redis(server, ...words) {
    const socket = createConnection(server.socket);
    const parts = [Buffer.from(`*${words.length}\r\n`)];
    for (const word of words.map((word) => Buffer.from(word)))
        parts.push(Buffer.from(`$${word.length}\r\n`), word, Buffer.from("\r\n"));
    socket.write(Buffer.concat(parts));
    let reply = Buffer.alloc(0);
    while (!isWhole(reply)) reply = Buffer.concat([reply, (await once(socket, "data"))[0]]);
    socket.destroy();
    return isBulk(reply) ? reply.subarray(reply.indexOf("\n") + 1, -2) : reply;
}

const isBulk = (reply) => reply[0] === 0x24 && reply[1] !== 0x2d;

function isWhole(reply) {
    const end = reply.indexOf("\n") + 1;
    if (end === 0 || !isBulk(reply)) return end > 0;
    return reply.length === end + Number(reply.subarray(1, end - 2)) + 2;
}
