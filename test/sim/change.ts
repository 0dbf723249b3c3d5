/**
 * Patches applied to the source under test while it is loaded; the files on disk are not modified. There are two kinds:
 * lower limits, so that a small simulation reaches them (low-limits.ts), and deliberate defects, each of which the
 * simulation must detect.
 */

import { callDefects } from "./call-defects.ts";
import { callersDefects } from "./callers-defects.ts";
import { clockDefects } from "./clock-defects.ts";
import type { Change, Defect } from "./defect.ts";
import { pageDefects } from "./pages/page-defects.ts";
import { platformDefects } from "./platform-defects.ts";
import { sitesDefects } from "./sites/sites-defects.ts";
import { statisticsDefects } from "./statistics-defects.ts";
import { timeDefects } from "./time-defects.ts";

/** One defect for each mechanism that a rule of the protocol depends on. Each must be detected. */
export const defects: readonly Defect[] = [
  ...callDefects,
  ...callersDefects,
  ...statisticsDefects,
  ...timeDefects,
  ...platformDefects,
  ...clockDefects,
  ...pageDefects,
  ...sitesDefects,
  {
    name: "the framer drops the beginning of a packet that arrives in two chunks",
    mechanism: "framer",
    file: "connector/src/ami/wire/framer.ts",
    from: 'this.#start = this.#state === "skipping" ? Math.max(start, limit - (endBytes - 1)) : start;',
    to: "this.#start = start + 40 < limit ? start : limit;",
  },
  {
    name: "collation does not publish a changed queue count",
    mechanism: "collation",
    file: "connector/src/model/publish/collate.ts",
    from: "    lastPublished.publish(key, after, changedAt, events);",
    to: '    if (state.type !== "queueCount") lastPublished.publish(key, after, changedAt, events);',
  },
  {
    name: "the end of a parked call is not noticed",
    mechanism: "parked calls",
    file: "connector/src/model/reduce/parking.ts",
    from: "  model.parkedCalls.delete(parked.state.key);\n",
    to: "",
  },
  {
    name: "a caller who hangs up counts as one whose time is over",
    mechanism: "ends of waits",
    file: "connector/src/model/reduce/wait-end.ts",
    from: 'const outcome = wait.hungUpAt !== null ? "abandoned" : (wait.commanded ?? "exited");',
    to: 'const outcome = wait.commanded ?? "exited";',
  },
  {
    name: "a provisional occurrence that nothing corrects is not published",
    mechanism: "provisional occurrences",
    file: "connector/src/model/publish/collate.ts",
    from: "        events.push(kept.event);\n",
    to: "",
  },
  {
    name: "a ring that an agent declines is not published",
    mechanism: "ends of rings",
    file: "connector/src/model/reduce/ring.ts",
    from: "  noteRefusal(model, event);\n",
    to: "  if (isRefusal(event.cause)) model.rings.delete(event.uniqueId);\n",
  },
  {
    name: "a scope object shows callers to clients without the claim",
    mechanism: "the claim callers",
    file: "worker/src/scope/fanout.ts",
    from: "JSON.stringify(viewOf(filter, event))",
    to: "JSON.stringify(event)",
  },
  {
    name: "the outbox collapses occurrences like states",
    mechanism: "outbox",
    file: "connector/src/uplink/pending.ts",
    from: "const key = `#$" + "{this.#nextSerial++}`;",
    to: "const key = `#$" + "{item.event.type}`;",
  },
  {
    name: "the session treats the frame in flight as acknowledged after a reconnection",
    mechanism: "uplink session",
    file: "connector/src/uplink/outbox.ts",
    from: "if (through !== null && through === last) this.acknowledge(through);",
    to: "if (through !== null && through >= last - 1) this.acknowledge(last);",
  },
  {
    name: "the site accepts duplicates from two connectors",
    mechanism: "duplicates",
    file: "worker/src/site/uplink/duplicates.ts",
    from: "        dropped.add(event);",
    to: "",
  },
  {
    name: "a superseded connector does not hand over its remaining occurrences",
    mechanism: "handover",
    file: "connector/src/uplink/standby.ts",
    from: "if (!standby) return null;",
    to: "if (outbox) return null;",
  },
  {
    name: "the site reports one frame too few to a connector that reconnects",
    mechanism: "site ingress",
    file: "worker/src/site/uplink/ingress.ts",
    from: "const through = same?.through ?? null;",
    to: "const through = same?.through ? same.through - 1 : null;",
  },
  {
    name: "the site object does not replay the log rows after its checkpoint",
    mechanism: "site log",
    file: "worker/src/site/log/log.ts",
    from: "readItems(this.#storage.sql, this.#size.checkpoint)",
    to: "readItems(this.#storage.sql, meta.sequence)",
  },
  {
    name: "a failed delivery is not retried",
    mechanism: "routing",
    file: "worker/src/site/delivery/routing.ts",
    from: 'setPhase(routing, route, { kind: "failed", retryAt: now + delay });',
    to: 'setPhase(routing, route, { kind: "idle" }); void now; void delay;',
  },
  {
    name: "a late answer of zero clients removes a route that has joined again",
    mechanism: "route joins",
    file: "worker/src/site/delivery/routing.ts",
    from: "if (clients === 0 && joins === route.joins) return route;",
    to: "if (clients === 0 || joins < 0) return route;",
  },
  {
    name: "a scope object does not detect a gap before a delivery",
    mechanism: "fan-out",
    file: "worker/src/scope/fanout.ts",
    from: 'if (position.sequence < delivery.after) return { kind: "read" };',
    to: "",
  },
  {
    name: "a delivery that arrives during a log read is also sent at once",
    mechanism: "deliveries during a log read",
    file: "worker/src/scope/hub.ts",
    from: 'if (run) runs.add(run);\n      else if (connection.standing.kind !== "lagging") idle.push(connection);',
    to: 'if (run) runs.add(run);\n      if (connection.standing.kind !== "lagging") idle.push(connection);',
  },
  {
    name: "a shared object does not narrow what it delivers to each client's filter",
    mechanism: "shared objects",
    file: "worker/src/scope/hub.ts",
    from: 'this.#ref.kind === "channel" && !isShared(this.#ref.name)',
    to: 'this.#ref.kind === "channel" || isShared(this.#ref.name)',
  },
  {
    name: "a shared object asks the site for one client's subscription only",
    mechanism: "interest of shared objects",
    file: "worker/src/scope/scope.ts",
    from: "const all = [first, ...others];",
    to: "const all = [first, ...others].slice(0, 1);",
  },
  {
    name: "a repeated delivery is sent to clients again",
    mechanism: "exactly once to a client",
    file: "worker/src/scope/fanout.ts",
    from: 'const parts = delivery.parts.filter(({ last }) => last > position.sequence);\n  if (parts.some(({ first }) => first <= position.sequence)) return { kind: "read" };',
    to: "const { parts } = delivery;",
  },
  {
    name: "a client beyond its window is never resumed",
    mechanism: "slow clients",
    file: "worker/src/scope/flow.ts",
    from: "return unackedBytes(flow) <= windowBytes / 2;",
    to: "return unackedBytes(flow) < 0;",
  },
  {
    name: "acknowledgements are lost when the object is evicted",
    mechanism: "saved acknowledgements",
    file: "worker/src/scope/connection.ts",
    from: "if (!mayForgetAck(this.#storedFlow)) this.save();",
    to: "void mayForgetAck;",
  },
  {
    name: "a client that never acknowledges is never disconnected",
    mechanism: "bounded buffers",
    file: "worker/src/scope/flow.ts",
    from: 'if (!flow.acknowledges && unacked >= flow.first + cutBytes) return "cut";\n  return buffered >= flow.first + bufferedBytes ? "cut" : "send";',
    to: 'return buffered < 0 ? "cut" : "send";',
  },
  {
    name: "a resume skips one event",
    mechanism: "resume",
    file: "worker/src/site/log/read.ts",
    from: 'return { kind: "events", after: since.sequence };',
    to: 'return { kind: "events", after: Math.min(since.sequence + 1, sequence) };',
  },
  {
    name: "a client that catches up receives only the last occurrence of each type",
    mechanism: "collapsing",
    file: "worker/src/site/log/read.ts",
    from: "collapsed.delete(key);\n  collapsed.set(key, sequenced);",
    to: 'const same = item.type === "link" ? key : (stateKey(item) ?? item.type); collapsed.delete(same); collapsed.set(same, sequenced);',
  },
  {
    name: "a subscription's queue names are not applied",
    mechanism: "scope rule",
    file: "shared/src/protocol/subscription.ts",
    from: "if (queue !== undefined && !queues?.has(queue)) return false;",
    to: "void queues;",
  },
  {
    name: "the client does not advance its cursor on link frames",
    mechanism: "client record",
    file: "shared/src/client/feed.ts",
    from: "      this.cursor = frame.cursor;\n      return this.#setLink(frame);",
    to: "      return this.#setLink(frame);",
  },
  {
    name: "a talk that somebody hangs up is not published",
    mechanism: "talks",
    file: "connector/src/model/reduce/talk-end.ts",
    from: "addSettled(changes, talk.id, eventOf(talk, reason, talk.parted?.at ?? model.now));",
    to: "void addSettled;",
  },
  {
    name: "the connector executes a command each time that it receives it",
    mechanism: "commands at the connector",
    file: "connector/src/command/executor.ts",
    from: "if (known || unfinished.has(id)) return;",
    to: "",
  },
  {
    name: "the site does not recognise a repeated idempotency key",
    mechanism: "commands at the site",
    file: "worker/src/site/command/commands.ts",
    from: "const known = this.#ledger.byId(id) ?? (key === null ? null : this.#ledger.byKey(subject, key));",
    to: "const known = this.#ledger.byId(id);",
  },
  {
    name: "the idempotency keys of all tokens are one space",
    mechanism: "keys of a subject",
    file: "worker/src/site/command/ledger.ts",
    from: "return `$" + "{subject} $" + "{key}`;",
    to: "return subject && `* $" + "{key}`;",
  },
  {
    name: "a site that wakes forgets how many commands a client has just sent",
    mechanism: "limits of commands",
    file: "worker/src/site/command/commands.ts",
    from: "new CommandRates(this.#ledger.acceptedSince(now - rateSpanMs), now);",
    to: "new CommandRates(new Map(), now); void rateSpanMs;",
  },
  {
    name: "the loss of the connector is not published",
    mechanism: "staleness",
    file: "worker/src/site/uplink/ingress.ts",
    from: 'if (meta.link === "offline") return null;',
    to: "if (meta.link) return null;",
  },
  {
    name: "a site whose commit could not be stored goes on with what it has in memory",
    mechanism: "storage that fails",
    file: "worker/src/site/commits.ts",
    from: 'this.#options.state.abort("storage failed");',
    to: "",
  },
  {
    name: "an alarm that could not be set is not set again",
    mechanism: "alarms that cannot be set",
    file: "worker/src/site/alarm.ts",
    from: ".catch((error: unknown) => {\n      this.#at = null;\n      this.#onFailed(error);\n    });",
    to: ";",
  },
];

/** @throws where `from` does not occur exactly once: the source has changed, and the entry must be updated. */
export function applyChanges(file: string, source: string, changes: readonly Change[]): string {
  return changes
    .filter((change) => change.file === file)
    .reduce((text, { from, to }) => {
      if (text.split(from).length !== 2) throw new Error(`${file} must contain this text exactly once: ${from}`);
      return text.replace(from, () => to);
    }, source);
}
