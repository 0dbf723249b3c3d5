/**
 * The smallest workers that fan out what a publisher says: no filter, no order, no resume. `/pub` publishes, `/sub` listens.
 *
 * `relay` is one object, which sends on each message, as it is, to everybody: the limit of what an object of the platform can do.
 * `spread` is as our objects stand to one another: one that is told everything, and one for each queue, which has the listeners (`/sub?queues=q0`) and is
 * called with its queue's events. With `stores` a message is in the object's storage before anybody hears of it, as it is with ours.
 */
export type BareKind = Readonly<{ kind: "relay" | "spread"; stores: boolean }>;

export function bareObject({ kind, stores }: BareKind): string {
  const create = stores ? 'ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS log (body TEXT NOT NULL)");' : "";
  const store = stores ? 'this.ctx.storage.sql.exec("INSERT INTO log VALUES (?)", message);' : "";
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
    this.ctx.acceptWebSocket(server, [new URL(request.url).pathname === "/pub" ? "pub" : "sub"]);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) {
    if (this.ctx.getTags(socket)[0] !== "pub") return;
    ${store}
    ${kind === "relay" ? "this.tell(message);" : "this.spread(JSON.parse(message));"}
    socket.send("ok");
  }
  tell(text) {
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
      void this.env.BARE.getByName(queue).tell(JSON.stringify({ type, cursor, events: part }));
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
