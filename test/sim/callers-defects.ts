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
    name: "whom the queue rings is not shown",
    mechanism: "rings of callers",
    file: "connector/src/model/publish/project.ts",
    from: "ringing: [...(ringing.get(uniqueId) ?? [])]",
    to: "ringing: [...(ringing.get('') ?? [])]",
  },
  {
    name: "a client that resumes gets no list of callers",
    mechanism: "the last values of the log",
    file: "worker/src/site/log/memory.ts",
    from: "return inOrder(this.#loggedAfter(position, sequence, filter), this.#log.latestAfter(position));",
    to: "return inOrder(this.#loggedAfter(position, sequence, filter), []);",
  },
];
