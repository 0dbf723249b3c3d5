/** EV9: keeps the summaries of one queue at least `summaryIntervalMs` apart, and loses none. */
import type { StateRef } from "../state/state-ref.ts";

export const summaryIntervalMs = 1000;

export function createSummaryPacer() {
  const waiting = new Map<string, StateRef[]>();
  // A queue that is gone stays here, a name and a number.
  const allowedAt = new Map<string, number>();
  let earliest = Number.POSITIVE_INFINITY;

  /** A summary that is to be told when it is due. */
  function take(summary: StateRef): void {
    if (summary.waits) return;
    summary.waits = true;
    const states = waiting.get(summary.queue);
    if (states) states.push(summary);
    else {
      waiting.set(summary.queue, [summary]);
      earliest = Math.min(earliest, allowedAt.get(summary.queue) ?? 0);
    }
  }

  /** What is to be told at `now` (ms). */
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
      for (const state of states) {
        state.waits = false;
        due.push(state);
      }
    }
    return due;
  }

  function nextDueAt(): number | undefined {
    return waiting.size === 0 ? undefined : earliest;
  }

  function clear(): void {
    for (const states of waiting.values()) for (const state of states) state.waits = false;
    waiting.clear();
    earliest = Number.POSITIVE_INFINITY;
  }

  return { take, due, nextDueAt, clear };
}
