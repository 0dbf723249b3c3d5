/** EV9: publishes the summaries of one queue at least `summaryIntervalMs` apart, and loses none. */
import type { StateRef } from "../state/state-ref.ts";

const summaryIntervalMs = 1000;

export function createSummaryPacer() {
  const waiting = new Map<string, StateRef[]>();
  // All that wait, of any queue: most summaries are added while they wait already.
  const added = new Set<StateRef>();
  // Keeps a name and a number of each queue that ever had a summary.
  const allowedAt = new Map<string, number>();
  let earliest = Number.POSITIVE_INFINITY;

  /** Adds a summary that may differ. `due` returns it when its queue's interval is over. */
  function add(summary: StateRef): void {
    if (added.has(summary)) return;
    added.add(summary);
    const { queue } = summary;
    const states = waiting.get(queue);
    if (states) states.push(summary);
    else {
      waiting.set(queue, [summary]);
      earliest = Math.min(earliest, allowedAt.get(queue) ?? 0);
    }
  }

  /** Removes and returns what may be published at `now` (ms). */
  function due(now: number): StateRef[] {
    const due: StateRef[] = [];
    if (now < earliest) return due;
    earliest = Number.POSITIVE_INFINITY;
    for (const [queue, states] of waiting) {
      const at = allowedAt.get(queue) ?? 0;
      if (now < at) {
        earliest = Math.min(earliest, at);
        continue;
      }
      waiting.delete(queue);
      allowedAt.set(queue, now + summaryIntervalMs);
      for (const state of states) added.delete(state);
      due.push(...states);
    }
    return due;
  }

  function nextDueAt(): number | undefined {
    return waiting.size === 0 ? undefined : earliest;
  }

  function clear(): void {
    waiting.clear();
    added.clear();
    earliest = Number.POSITIVE_INFINITY;
  }

  return { add, due, nextDueAt, clear };
}
