/**
 * Deliberate defects in what bears lost alarms, bad disks, all clients at once and tickets that are used twice, each of
 * which the simulation must detect.
 */
import type { Defect } from "./defect.ts";

export const platformDefects: readonly Defect[] = [
  {
    name: "what a lost alarm should have done is not done",
    mechanism: "lost alarms",
    file: "worker/src/site/site-object.ts",
    from: "if (this.#alarm.isLate(now)) {",
    to: "if (this.#alarm.isLate(now) && now < 0) {",
  },
  {
    name: "a lost alarm is not set anew",
    mechanism: "lost alarms that are set anew",
    file: "worker/src/site/site-object.ts",
    from: "      this.#alarm.rang();\n      this.#onDue(now);",
    to: "      this.#onDue(now);",
  },
  {
    name: "what a full disk does not take is not counted",
    mechanism: "a spool on a full disk",
    file: "connector/src/uplink/spool/spool.ts",
    from: "encodeHead(this.#lost + this.#missing())",
    to: "encodeHead(this.#lost)",
  },
  {
    name: "a stream that is open counts as opening",
    mechanism: "mass reconnection",
    file: "worker/src/transport/pace.ts",
    from: "pace.opening.delete(turn);",
    to: "void turn;",
  },
  {
    name: "of what is read again after an eviction, the first item is not kept in memory",
    mechanism: "recent items",
    file: "worker/src/site/log/memory.ts",
    from: "this.#recent.add(position, sequence, read, texts);",
    to: "this.#recent.add(position, sequence, read.slice(1), texts.slice(1));",
  },
  {
    name: "the use of a ticket is not stored",
    mechanism: "tickets",
    file: "worker/src/ticket/ticket-object.ts",
    from: "if (claimed.ticket !== ticket) this.#write(claimed.ticket);",
    to: "",
  },
];
