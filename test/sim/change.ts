/**
 * Changes of the source under test, made while it is loaded: limits so low that a small simulation meets them, and defects put in on purpose, to
 * see that they are found. The files themselves stay as they are.
 */

/** In `file`, the one place that reads `from` becomes `to`. */
export type Change = Readonly<{ file: string; from: string; to: string }>;

/** Half of the simulations run with these: what takes an hour of a large center happens within a minute of a small one. */
export const lowLimits: readonly Change[] = [
  { file: "worker/src/scope/flow.ts", from: "windowBytes = 256 * 1024", to: "windowBytes = 3 * 1024" },
  { file: "worker/src/scope/flow.ts", from: "cutBytes = 4 * 1024 * 1024", to: "cutBytes = 24 * 1024" },
  { file: "worker/src/scope/flow.ts", from: "bufferedBytes = 1024 * 1024", to: "bufferedBytes = 16 * 1024" },
  { file: "worker/src/site/log/log-plan.ts", from: "  rowUnits: 250_000,", to: "  rowUnits: 1_500," },
  { file: "worker/src/site/log/log-plan.ts", from: "  events: 50_000,", to: "  events: 800," },
  { file: "worker/src/site/log/log-plan.ts", from: "checkpointRows: 1_000", to: "checkpointRows: 15" },
  { file: "worker/src/site/log/read.ts", from: "exactReadItems = 2_000", to: "exactReadItems = 40" },
  { file: "worker/src/site/delivery/route-store.ts", from: "maxRegathered = 20_000", to: "maxRegathered = 60" },
  { file: "worker/src/site/delivery/route-store.ts", from: "saveIntervalMs = 10_000", to: "saveIntervalMs = 700" },
  {
    file: "worker/src/site/delivery/routing.ts",
    from: "routeItems: 2_000, totalItems: 100_000, inFlight: 256",
    to: "routeItems: 12, totalItems: 80, inFlight: 4",
  },
  { file: "shared/src/client/session.ts", from: "acknowledgeUnits = 16_384", to: "acknowledgeUnits = 400" },
  { file: "connector/src/uplink/outbox.ts", from: "frameEvents: 2_000", to: "frameEvents: 7" },
  { file: "connector/src/uplink/outbox.ts", from: "  occurrences: 50_000,", to: "  occurrences: 8," },
  { file: "connector/src/uplink/outbox.ts", from: "  frameBytes: maxUplinkFrameBytes,", to: "  frameBytes: 2_500," },
];

/** `rare`: a seed that shows it, where few do; looked at first. Another will do as well, if the simulation has changed. */
export type Defect = Change & Readonly<{ name: string; mechanism: string; rare?: number }>;

/** One for each mechanism that keeps a promise. Each must be found. */
export const defects: readonly Defect[] = [
  {
    name: "framer forgets the beginning of a packet that was cut",
    mechanism: "framer",
    file: "connector/src/ami/wire/framer.ts",
    from: 'this.#start = this.#state === "skipping" ? Math.max(start, limit - (endBytes - 1)) : start;',
    to: "this.#start = start + 40 < limit ? start : limit;",
  },
  {
    name: "collation does not tell of every state that has changed",
    mechanism: "collation",
    file: "connector/src/model/publish/collate.ts",
    from: "grace.forget(item.key);\n        lastPublished.settle(item, item.changedAt, events);",
    to: 'grace.forget(item.key);\n        if (item.type !== "queueCount") lastPublished.settle(item, item.changedAt, events);',
  },
  {
    name: "a completed call that Asterisk does not name is the agent's oldest",
    mechanism: "finding a call",
    rare: 956,
    file: "connector/src/model/reduce/complete.ts",
    from: "distance(event, call) < distance(event, found)",
    to: "false",
  },
  {
    name: "the outbox collapses occurrences as if they were states",
    mechanism: "outbox",
    file: "connector/src/uplink/outbox.ts",
    from: "const key = `#$" + "{outbox.nextSerial++}`;",
    to: "const key = `#$" + "{entry.event.type}`;",
  },
  {
    name: "the session takes a frame in flight for acknowledged at a reconnection",
    mechanism: "uplink session",
    rare: 19,
    file: "connector/src/uplink/outbox.ts",
    from: "if (through !== null && through === last) acknowledge(outbox, through);",
    to: "if (through !== null && through >= last - 1) acknowledge(outbox, last);",
  },
  {
    name: "the site takes what two connectors have heard twice",
    mechanism: "two connectors",
    file: "worker/src/site/uplink/duplicates.ts",
    from: "        heard.add(event);",
    to: "",
  },
  {
    name: "a superseded connector keeps to itself what it had not told",
    mechanism: "handing in",
    file: "connector/src/uplink/standby.ts",
    from: "if (!outbox.standby) return null;",
    to: "if (outbox) return null;",
  },
  {
    name: "a connector that starts does not tell what its last life left",
    mechanism: "spool",
    file: "connector/src/uplink/keeper.ts",
    from: "for (const event of spool.left) pushEvent(outbox, event);",
    to: "",
  },
  {
    name: "the site counts a frame too little when a connector returns",
    mechanism: "site ingress",
    rare: 25,
    file: "worker/src/site/uplink/ingress.ts",
    from: "const through = same?.through ?? null;",
    to: "const through = same?.through ? same.through - 1 : null;",
  },
  {
    name: "the site wakes without what was logged after its checkpoint",
    mechanism: "site log",
    file: "worker/src/site/log/log.ts",
    from: "for (const [, item] of this.readAfter(this.#size.checkpoint)) if",
    to: "for (const [, item] of this.readAfter(meta.sequence)) if",
  },
  {
    name: "a delivery that failed is not repeated",
    mechanism: "routing",
    file: "worker/src/site/delivery/routing.ts",
    from: 'setPhase(routing, route, { kind: "failed", retryAt: now + delay });',
    to: 'setPhase(routing, route, { kind: "idle" }); void now; void delay;',
  },
  {
    name: "an old answer of nobody listening removes a route that has joined again",
    mechanism: "joining",
    rare: 44,
    file: "worker/src/site/delivery/routing.ts",
    from: "if (clients === 0 && joins === route.joins) return route;",
    to: "if (clients === 0 || joins < 0) return route;",
  },
  {
    name: "a scope object does not see that it has missed something",
    mechanism: "fan-out",
    file: "worker/src/scope/fanout.ts",
    from: 'if (position.sequence < delivery.after) return { kind: "read" };',
    to: "",
  },
  {
    name: "what is delivered while the log is being read is sent at once, too",
    mechanism: "reading while delivered to",
    file: "worker/src/scope/hub.ts",
    from: 'if (run) run.heard = end;\n      else if (connection.standing.kind !== "lagging") idle.push(connection);',
    to: 'if (run) run.heard = end;\n      if (connection.standing.kind !== "lagging") idle.push(connection);',
  },
  {
    name: "a repeated delivery is sent again",
    mechanism: "exactly once to a client",
    file: "worker/src/scope/fanout.ts",
    from: 'const parts = delivery.parts.filter(({ last }) => last > position.sequence);\n  if (parts.some(({ first }) => first <= position.sequence)) return { kind: "read" };',
    to: "const { parts } = delivery;",
  },
  {
    name: "a client behind its window never goes on",
    mechanism: "slow clients",
    file: "worker/src/scope/flow.ts",
    from: "return unackedBytes(flow) <= windowBytes / 2;",
    to: "return unackedBytes(flow) < 0;",
  },
  {
    name: "acknowledgements are forgotten whenever the object is",
    mechanism: "what is kept of acknowledgements",
    file: "worker/src/scope/connection.ts",
    from: "if (!mayForgetAck(this.#kept)) this.save();",
    to: "void mayForgetAck;",
  },
  {
    name: "a client that never acknowledges is never cut",
    mechanism: "bounded buffers",
    file: "worker/src/scope/flow.ts",
    from: 'if (!flow.acknowledges && unacked >= flow.first + cutBytes) return "cut";\n  return buffered >= flow.first + bufferedBytes ? "cut" : "send";',
    to: 'return buffered < 0 ? "cut" : "send";',
  },
  {
    name: "a resume skips one",
    mechanism: "resume",
    file: "worker/src/site/log/read.ts",
    from: 'return { kind: "events", after: since.sequence };',
    to: 'return { kind: "events", after: Math.min(since.sequence + 1, meta.sequence) };',
  },
  {
    name: "a catching-up client gets the last occurrence only",
    mechanism: "collapsing",
    file: "worker/src/site/log/read.ts",
    from: "collapsed.delete(key);\n  collapsed.set(key, entry);",
    to: 'const same = item.type === "link" ? key : (stateKey(item) ?? item.type); collapsed.delete(same); collapsed.set(same, entry);',
  },
  {
    name: "a queue's name narrows nothing",
    mechanism: "scope rule",
    file: "shared/src/protocol/subscription.ts",
    from: 'if (queues && scope.includes("queue") && "queue" in event && !queues.has(event.queue)) return false;',
    to: "void queues;",
  },
  {
    name: "the client goes on from an older cursor",
    mechanism: "client mirror",
    file: "shared/src/client/session.ts",
    from: '  #onNews(frame: Exclude<ServerFrame, { type: "snapshot" }>): void {\n    this.#cursor = frame.cursor;',
    to: '  #onNews(frame: Exclude<ServerFrame, { type: "snapshot" }>): void {\n    if (frame.type !== "link") this.#cursor = frame.cursor;',
  },
  {
    name: "the connector carries out a command each time it comes",
    mechanism: "commands at the connector",
    rare: 46,
    file: "connector/src/command/executor.ts",
    from: "if (known || unfinished.has(id)) return;",
    to: "",
  },
  {
    name: "the site does not know a key again",
    mechanism: "commands at the site",
    file: "worker/src/site/command/commands.ts",
    from: "const known = this.#ledger.byId(id) ?? (key === null ? null : this.#ledger.byKey(key));",
    to: "const known = this.#ledger.byId(id);",
  },
  {
    name: "nobody is told that the connector is gone",
    mechanism: "staleness",
    file: "worker/src/site/uplink/ingress.ts",
    from: 'if (meta.link === "offline") return null;',
    to: "if (meta.link) return null;",
  },
];

/** Throws where a change fits no more: then the source has changed, and the change must follow. */
export function applyChanges(file: string, source: string, changes: readonly Change[]): string {
  return changes
    .filter((change) => change.file === file)
    .reduce((text, { from, to }) => {
      if (text.split(from).length !== 2)
        throw new Error(`in ${file} there is not exactly one place that reads: ${from}`);
      return text.replace(from, () => to);
    }, source);
}
