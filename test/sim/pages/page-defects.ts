/** Deliberate defects in what serves pbxis-ws's pages, each of which the simulation must detect. */
import type { Defect } from "../defect.ts";

export const pageDefects: readonly Defect[] = [
  {
    name: "a browser's last id is not where its stream goes on",
    mechanism: "pbxis-ws: resumed SSE",
    file: "worker/src/compat/ticket-stream.ts",
    from: "since: reported ?? since,",
    to: "since: since ?? reported ?? null,",
  },
  {
    name: "a stream that broke goes on where it began",
    mechanism: "pbxis-ws: streams within the worker",
    file: "worker/src/compat/event-reader.ts",
    from: "[at, unacknowledged, failures, isFirst] = [cursor, received.cursor, 0, false];",
    to: "[at, unacknowledged, failures, isFirst] = [at ?? cursor, received.cursor, 0, false];",
  },
  {
    name: "a stream that goes on knows only the members that changed",
    mechanism: "pbxis-ws: members of a resumed stream",
    file: "worker/src/compat/translator.ts",
    from: "      this.#members.replace(read.events);\n      this.#membersAt = read.cursor;",
    to: "      this.#members.replace([]);\n      this.#membersAt = { ...read.cursor, sequence: 0 };",
  },
  {
    name: "a ticket is not narrowed by its token",
    mechanism: "pbxis-ws: grants",
    file: "worker/src/compat/ticket.ts",
    from: "narrowFilter(requested, { ...grant, callers: false })",
    to: 'narrowFilter(requested, { ...grant, agents: ["*"], callers: false })',
  },
];
