/** What a queue's record says. */
import type { Queue, QueueStats } from "./state.ts";

/**
 * When (ms) the caller who has waited longest joined. Decided by time, not by position: callers with priority are ahead
 * of others.
 */
export function longestWaitSince(queue: Queue): number | null {
  let earliest: number | null = null;
  for (const caller of queue.callers.values())
    if (earliest === null || caller.joinedAt < earliest) earliest = caller.joinedAt;
  return earliest;
}

/** In percent with one decimal, as Asterisk prints it. */
export function serviceLevelPerf(stats: QueueStats): number {
  return stats.completed === 0 ? 0 : Math.round((1000 * stats.completedInLevel) / stats.completed) / 10;
}
