/** Deliberate defects of the statistics (EV18, AP12), each of which the simulation must detect. */
import type { Defect } from "./defect.ts";

export const statisticsDefects: readonly Defect[] = [
  {
    name: "a site that wakes counts the last saved item again",
    mechanism: "statistics: replay",
    file: "worker/src/site/statistics/statistics.ts",
    from: "rowsAfter(saved.through))",
    to: "rowsAfter(Math.max(0, saved.through - 1)))",
  },
  {
    name: "the sums are saved before the frame is",
    mechanism: "statistics: transaction",
    file: "worker/src/site/statistics/statistics.ts",
    from: "    if (commit.newEpoch) this.#mustSave = true;\n",
    to: "    this.save(commit.meta.sequence);\n",
  },
  {
    name: "a day ends a minute late",
    mechanism: "statistics: midnight",
    file: "worker/src/site/statistics/state.ts",
    from: "if (state.now < state.day.to) return;",
    to: "if (state.now < state.day.to + 60_000) return;",
  },
  {
    name: "a gap does not count",
    mechanism: "statistics: coverage",
    file: "worker/src/site/statistics/watch.ts",
    from: "if (gap) countGap(state, gap, now);",
    to: "",
  },
  {
    name: "a call is offered when its wait ends",
    mechanism: "statistics: intervals",
    file: "worker/src/site/statistics/queue-fold.ts",
    from: 'count(state, "queue", queue, joined, { offered: 1 });',
    to: 'count(state, "queue", queue, ended, { offered: 1 });',
  },
  {
    name: "what is handed over in a new epoch does not count",
    mechanism: "statistics: handover",
    file: "worker/src/site/statistics/statistics.ts",
    from: "[...changes, ...commit.items]",
    to: "commit.newEpoch ? changes : commit.items",
  },
  {
    name: "an agent's time is summed up without an end to it",
    mechanism: "statistics: agents",
    file: "worker/src/site/statistics/agent-fold.ts",
    from: "return { ...memory, guess, since: Math.max(memory.since, at) };",
    to: "return { ...memory, guess };",
  },
];
