/**
 * Calls that came and went while AMI was away. Nothing shows who they were, but Asterisk has counted them: `completed`
 * and `abandoned` of a queue (EV9) grew by more than what the connector then reports as ended unseen. The rest is
 * `unknown`. It is a lower bound: a call that left by a key, and one that still goes on, is in neither counter, and one
 * that an agent had transferred before may be completed only now. A call that was picked may have been counted as
 * abandoned without an event (16.28).
 *
 * Only where the same connector was there before and after, because another one does not know who waited. Where a
 * counter went back, somebody has reset it, and nothing is known. Pure, except that it changes the state.
 */
import type { SiteMeta } from "../meta.ts";
import { count, type StatisticsState } from "./state.ts";

/** A commit leads from `before` to `after`. `at` (ms): when a gap ended that counts, otherwise null. */
export function foldMissed(state: StatisticsState, before: SiteMeta, after: SiteMeta, at: number | null): void {
  const connector = after.connector?.epoch ?? "";
  if (before.link === "up" && after.link === "down" && before.connector?.epoch === connector) {
    const ended = [...state.queues].flatMap(([name, queue]) =>
      queue.ended === null ? [] : [[name, queue.ended] as const],
    );
    state.missed = { connector, ended };
    for (const [name, queue] of state.queues) state.queues.set(name, { ...queue, seen: 0 });
  } else if (after.link === "up" && state.missed) {
    if (at !== null && state.missed.connector === connector) countMissed(state, state.missed.ended, at);
    state.missed = null;
    // The lists have said what Asterisk has counted by now.
    for (const [name, queue] of state.queues) state.queues.set(name, { ...queue, picked: 0 });
  }
}

function countMissed(state: StatisticsState, before: readonly (readonly [string, number])[], at: number): void {
  for (const [name, endedBefore] of before) {
    const { ended = null, seen = 0, transferred = [], picked = 0 } = state.queues.get(name) ?? {};
    if (ended === null || ended < endedBefore) continue;
    const missed = ended - endedBefore - seen - transferred.length - picked;
    if (missed > 0) count(state, "queue", name, at, { offered: missed, unknown: missed });
  }
}
