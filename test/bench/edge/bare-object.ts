/**
 * The smallest worker that fans out: one object, which sends on what a publisher says, as it is, to everybody. No filter, no order, no log, no
 * resume: the limit of what an object of the platform can do. `/pub` publishes, `/sub` listens.
 */
export const bareObject = `
import { DurableObject } from "cloudflare:workers";
export class Bare extends DurableObject {
  async fetch(request) {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [new URL(request.url).pathname === "/pub" ? "pub" : "sub"]);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) {
    if (this.ctx.getTags(socket)[0] !== "pub") return;
    for (const one of this.ctx.getWebSockets("sub")) one.send(message);
    socket.send("ok");
  }
}
export default { fetch: (request, env) => env.BARE.getByName("one").fetch(request) };
`;
