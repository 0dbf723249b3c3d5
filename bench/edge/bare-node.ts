/**
 * A bare relay like that of bare-object.ts, in Node with `ws`, in a process of its own. Sends its port to the parent
 * process.
 */
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
const listeners = new Set<import("ws").WebSocket>();
server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
server.on("connection", (socket, request) => {
  if (request.url !== "/pub") {
    listeners.add(socket);
    socket.on("close", () => listeners.delete(socket));
    return;
  }
  socket.on("message", (data) => {
    const text = String(data);
    for (const one of listeners) one.send(text);
    socket.send("ok");
  });
});
process.on("disconnect", () => process.exit());
