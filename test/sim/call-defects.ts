/**
 * Deliberate defects of the list of calls (AP13), of stored rows, and of what is known in a call (EV4, EV21), each of
 * which the simulation must detect.
 */
import type { Defect } from "./defect.ts";

export const callDefects: readonly Defect[] = [
  {
    name: "a recording that is paused is shown as going on",
    mechanism: "paused recordings",
    file: "connector/src/ami/event/decoders.ts",
    from: 'state: fields.get("State") === "1" ? "paused" : "on"',
    to: 'state: "on"',
  },
  {
    name: "a site that wakes forgets which calls go on",
    mechanism: "the list of calls",
    file: "worker/src/site/calls/call-store.ts",
    from: "this.#open = new OpenCalls(open);",
    to: "this.#open = new OpenCalls({ ...open, calls: [] });",
  },
  {
    name: "a site that wakes does not read what the log says of calls",
    mechanism: "the list of calls: replay",
    file: "worker/src/site/calls/call-store.ts",
    from: "for (const { at, items } of rowsAfter(through))",
    to: "for (const { at, items } of [...rowsAfter(through)].slice(1))",
  },
  {
    name: "a row of the log is overwritten although it is still needed",
    mechanism: "overwriting of the log",
    file: "worker/src/site/log/log-rows.ts",
    from: "return last <= through && (last > heldThrough || at < heldSince);",
    to: "return last > heldThrough || at < heldSince;",
  },
  {
    name: "calls are stored apart from the frame that reports them",
    mechanism: "calls and storage that fails",
    file: "worker/src/site/commits.ts",
    from: `const logged = this.store(() =>
      memory.commit(whole, now, () => {
        alongside();
        calls.record(whole.items, now);`,
    to: `calls.record(whole.items, now);
    const logged = this.store(() =>
      memory.commit(whole, now, () => {
        alongside();`,
  },
];
