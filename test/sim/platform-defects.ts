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
    name: "a stream that is open counts as opening",
    mechanism: "mass reconnection",
    file: "worker/src/transport/pace.ts",
    from: "pace.opening.delete(turn);",
    to: "void turn;",
  },
  {
    name: "a client for whom an object has no room is refused",
    mechanism: "further objects of a subscription",
    file: "worker/src/transport/open.ts",
    from: "response.status !== fullStatus || shard",
    to: "response.status !== 0 || shard",
  },
  {
    name: "what is logged between a new epoch and a client's snapshot is not sent",
    mechanism: "a new epoch",
    file: "worker/src/site/log/read.ts",
    from: "begun: isOfBefore && floor === before.through ? before.through : null",
    to: "begun: isOfBefore && floor < 0 ? floor : null",
  },
  {
    name: "the use of a ticket is not stored",
    mechanism: "tickets",
    file: "worker/src/ticket/ticket-object.ts",
    from: "if (claimed.ticket !== ticket) this.#write(claimed.ticket);",
    to: "",
  },
];
