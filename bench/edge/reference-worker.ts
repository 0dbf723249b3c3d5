/**
 * What a good engineer would write to promise the same as pbxis-edge for one kind of event: each event is stored before
 * it is acknowledged or delivered, and reaches each client exactly once and in order, whatever is repeated, lost or
 * evicted, also after a client has reconnected with its cursor.
 *
 * `Log` receives numbered events, drops those that it has, stores the others, and calls the `Audience` of their queue,
 * which has the clients. A client's position is attached to its socket. Whoever finds a gap before a delivery reads the
 * log. `/pub` publishes, `/sub?queues=q0&since=bench-7` subscribes.
 */
export const referenceWorker = `
import { DurableObject } from "cloudflare:workers";

export class Log extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS log (sequence INTEGER PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL)");
    this.last = sql.exec("SELECT coalesce(max(sequence), 0) AS last FROM log").one().last;
    // By queue: the last event that was sent to its audience.
    this.sent = new Map();
    for (const { queue, last } of sql.exec("SELECT queue, max(sequence) AS last FROM log GROUP BY queue"))
      this.sent.set(queue, last);
  }
  async fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) {
    const { sequence, event } = JSON.parse(message);
    if (sequence === this.last + 1) {
      const { queue } = event;
      const text = JSON.stringify(event);
      this.ctx.storage.sql.exec("INSERT INTO log VALUES (?, ?, ?)", sequence, queue, text);
      this.last = sequence;
      void this.deliver(queue, { after: this.sent.get(queue) ?? 0, through: sequence, text });
      this.sent.set(queue, sequence);
    }
    socket.send(JSON.stringify({ through: this.last }));
  }
  async deliver(queue, delivery) {
    for (let waitMs = 100; ; waitMs = Math.min(2 * waitMs, 60_000))
      try {
        return await this.env.AUDIENCE.getByName(queue).deliver(delivery);
      } catch {
        await scheduler.wait(waitMs);
      }
  }
  read(queue, since) {
    const query = "SELECT sequence, body FROM log WHERE queue = ? AND sequence > ? ORDER BY sequence";
    const rows = since === null ? [] : this.ctx.storage.sql.exec(query, queue, since).toArray();
    return { through: this.sent.get(queue) ?? 0, bodies: rows.map(({ body }) => body) };
  }
}

export class Audience extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.positions = new Map(ctx.getWebSockets().map((socket) => [socket, socket.deserializeAttachment()]));
    this.latest = 0;
  }
  async fetch(request) {
    const { 0: client, 1: server } = new WebSocketPair();
    const { searchParams } = new URL(request.url);
    const since = searchParams.get("since");
    this.ctx.acceptWebSocket(server, [searchParams.get("queues")]);
    await this.catchUp(server, since === null ? null : Number(since.slice(6)));
    return new Response(null, { status: 101, webSocket: client });
  }
  deliver({ after, through, text }) {
    this.latest = Math.max(this.latest, through);
    const frame = frameOf(through, text);
    for (const [socket, position] of this.positions)
      if (position < after) this.ctx.waitUntil(this.catchUp(socket, position));
      else if (position < through) this.send(socket, frame, through);
  }
  // Meanwhile the socket gets no deliveries.
  async catchUp(socket, since) {
    this.positions.delete(socket);
    const queue = this.ctx.getTags(socket)[0];
    for (let position = since; ; ) {
      const { through, bodies } = await this.env.LOG.getByName("one").read(queue, position);
      this.send(socket, frameOf(through, bodies.join(",")), through);
      if (through >= this.latest) return;
      position = through;
    }
  }
  send(socket, frame, position) {
    socket.send(frame);
    this.positions.set(socket, position);
    socket.serializeAttachment(position);
  }
  webSocketMessage() {}
  webSocketClose(socket) {
    this.positions.delete(socket);
    socket.close();
  }
}

function frameOf(sequence, texts) {
  return \`{"type":"events","cursor":"bench-\${sequence}","events":[\${texts}]}\`;
}

export default {
  fetch: (request, { LOG, AUDIENCE }) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/pub") return LOG.getByName("one").fetch(request);
    return AUDIENCE.getByName(searchParams.get("queues") ?? "").fetch(request);
  },
};
`;
