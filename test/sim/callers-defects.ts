/** Deliberate defects of the lists of callers (EV20), each of which the simulation must detect. */
import type { Defect } from "./defect.ts";

export const callersDefects: readonly Defect[] = [
  {
    name: "who leaves a queue stays in its list",
    mechanism: "the order of callers",
    file: "connector/src/model/reduce/line.ts",
    from: "  const place = line.indexOf(caller);\n  if (place >= 0) line.splice(place, 1);\n}",
    to: "  void line.indexOf(caller);\n}",
  },
  {
    name: "a ring that has ended is still shown with its caller",
    mechanism: "rings of callers",
    file: "connector/src/model/reduce/ring.ts",
    from: "  if (record) markCallers(changes, record);",
    to: "  void record;",
  },
  {
    name: "a client that resumes gets no list of callers",
    mechanism: "the last values of the log",
    file: "worker/src/site/log/memory.ts",
    from: "return inOrder(this.#loggedAfter(position, sequence), this.#log.latestAfter(position));",
    to: "return inOrder(this.#loggedAfter(position, sequence), []);",
  },
  {
    name: "a site that wakes has no lists of callers",
    mechanism: "the stored last values",
    file: "worker/src/site/log/log.ts",
    from: ", ...this.#latest.states()]",
    to: "]",
  },
];
