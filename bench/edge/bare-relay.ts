/**
 * The smallest connector: it accepts a TCP connection, and sends each line that it reads to a bare object as a message,
 * unchanged. In a process of its own: `bare-relay.ts URL`. Sends its port to the parent process.
 */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { WebSocket } from "ws";

const [, , url = ""] = process.argv;
const uplink = new WebSocket(url, { perMessageDeflate: false });
await once(uplink, "open");
const server = createServer({ noDelay: true }, (socket) => {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) uplink.send(line);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
