/**
 * The smallest workers that fan out a publisher's messages, without filter, order or resume. `/pub` publishes, `/sub`
 * subscribes.
 *
 * `relay` is one object that sends each message unchanged to all subscribers: the limit of what an object of the
 * platform can do. `spread` has the structure of pbxis-edge: one object receives everything, and one object per queue
 * has the subscribers (`/sub?queues=q0`) and is called with its queue's events. With `stores`, a message is in the
 * object's storage before it is sent, as in pbxis-edge. With `greets`, a subscriber is sent a frame at once, as with
 * pbxis-edge.
 */
export type BareKind = Readonly<{ kind: "relay" | "spread"; stores: boolean; greets?: boolean }>;

export function bareObject({ kind, stores, greets = false }: BareKind): string {
  const create = stores ? 'ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS log (body TEXT NOT NULL)");' : "";
  const store = stores ? 'this.ctx.storage.sql.exec("INSERT INTO log VALUES (?)", message);' : "";
  const greet = greets ? `if (tag === "sub") server.send('{"type":"snapshot","cursor":"bench-0","events":[]}');` : "";
  return `
import { DurableObject } from "cloudflare:workers";
export class Bare extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.queues = new Set();
    ${create}
  }
  async fetch(request) {
    const { 0: client, 1: server } = new WebSocketPair();
    const tag = new URL(request.url).pathname === "/pub" ? "pub" : "sub";
    this.ctx.acceptWebSocket(server, [tag]);
    ${greet}
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) {
    if (this.ctx.getTags(socket)[0] !== "pub") return;
    ${store}
    ${kind === "relay" ? "this.fanOut(message);" : "this.spread(JSON.parse(message));"}
    socket.send("ok");
  }
  fanOut(text) {
    for (const one of this.ctx.getWebSockets("sub")) one.send(text);
  }
  spread({ type, cursor, events }) {
    const parts = new Map();
    for (const event of events)
      for (const queue of event.queue ? [event.queue] : this.queues) {
        const part = parts.get(queue);
        if (part) part.push(event);
        else parts.set(queue, [event]);
      }
    for (const [queue, part] of parts) {
      this.queues.add(queue);
      void this.env.BARE.getByName(queue).fanOut(JSON.stringify({ type, cursor, events: part }));
    }
  }
}
export default {
  fetch: (request, env) => {
    const { pathname, searchParams } = new URL(request.url);
    const queue = pathname === "/sub" && ${kind === "spread"} ? searchParams.get("queues") : null;
    return env.BARE.getByName(queue ?? "one").fetch(request);
  },
};
`;
}
