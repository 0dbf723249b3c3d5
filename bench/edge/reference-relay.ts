/**
 * The relay of the reference (reference-worker.ts): it accepts a TCP connection, numbers the lines that it reads, and
 * sends each to the worker. What is not acknowledged is kept, and sent again on a new connection. In a process of its
 * own: `reference-relay.ts URL`. Sends its port to the parent process.
 */
import { type AddressInfo, createServer } from "node:net";
import { WebSocket } from "ws";

const [, , url = ""] = process.argv;
const unacknowledged = new Map<number, string>();
const retryMs = 500;
let sequence = 0;
let uplink: WebSocket | undefined;

function open(): void {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on("open", () => {
    uplink = socket;
    for (const text of unacknowledged.values()) socket.send(text);
  });
  socket.on("message", (data) => {
    const { through } = JSON.parse(String(data)) as { through: number };
    for (const number of unacknowledged.keys()) {
      if (number > through) return;
      unacknowledged.delete(number);
    }
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    uplink = undefined;
    setTimeout(open, retryMs);
  });
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      sequence += 1;
      const text = `{"sequence":${sequence},"event":${line}}`;
      unacknowledged.set(sequence, text);
      uplink?.send(text);
    }
  });
});
open();
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
