/** Deliberate defects in what serves pbxis-ws's pages, each of which the simulation must detect. */
import type { Defect } from "../defect.ts";

export const pageDefects: readonly Defect[] = [
  {
    name: "a browser's last id is not where its stream goes on",
    mechanism: "pbxis-ws: resumed SSE",
    file: "worker/src/compat/ticket-stream.ts",
    from: "const start = reported ?? (",
    to: "const start = since ?? reported ?? (",
  },
  {
    name: "a stream that broke goes on where it began",
    mechanism: "pbxis-ws: streams within the worker",
    file: "worker/src/compat/event-reader.ts",
    from: "[at, unacknowledged, failures, isFirst] = [result.at, received.cursor, 0, false];",
    to: "[at, unacknowledged, failures, isFirst] = [at ?? result.at, received.cursor, 0, false];",
  },
  {
    name: "a stream that goes on knows only the members that changed",
    mechanism: "pbxis-ws: members of a resumed stream",
    file: "worker/src/compat/translator.ts",
    from: "      this.#members.replace(read.events);\n      this.#membersAt = read.cursor;",
    to: "      this.#members.replace([]);\n      this.#membersAt = { ...read.cursor, sequence: 0 };",
  },
  {
    name: "a place within a frame has no id",
    mechanism: "pbxis-ws: SSE that breaks within a frame",
    file: "worker/src/compat/sse.ts",
    from: "return from && isOccurrence(event) ? { ...from, received } : null;",
    to: "return null;",
  },
  {
    name: "a ticket counts a snapshot as received once it is sent",
    mechanism: "pbxis-ws: SSE that breaks within the first snapshot",
    file: "worker/src/compat/ticket-stream.ts",
    from: "placeOf: isNameless ? unsurePlaces(start) : ({ at }) => at,",
    to: "placeOf: ({ at }) => at,",
  },
  {
    name: "a ticket is not narrowed by its token",
    mechanism: "pbxis-ws: grants",
    file: "worker/src/compat/ticket.ts",
    from: "narrowFilter(requested, { ...grant, callers: false })",
    to: 'narrowFilter(requested, { ...grant, agents: ["*"], callers: false })',
  },
];
