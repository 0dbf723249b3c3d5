/** What a queue's record says. */
import type { AgentId } from "@pbxis/shared";
import type { Model, Queue, QueueStats } from "./state.ts";

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

/** EV20: the agents whom the queue rings for each of its callers, by the caller's Uniqueid; who rings longest first. */
export function ringingFor(model: Model, queue: Queue): ReadonlyMap<string, AgentId[]> {
  const agents = new Map<string, AgentId[]>();
  for (const ring of model.rings.values()) {
    if (ring.queue !== queue.name) continue;
    const known = agents.get(ring.caller);
    if (!known) agents.set(ring.caller, [ring.agent]);
    else if (!known.includes(ring.agent)) known.push(ring.agent);
  }
  return agents;
}
