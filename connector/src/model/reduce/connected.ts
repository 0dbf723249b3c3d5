/** Marks the agents whose calls a channel's change may concern. */

import { type Changes, markCalls } from "../state/changes.ts";
import { connectedChannels } from "../state/leg.ts";
import type { Agent, Channel, Model } from "../state/state.ts";

/**
 * All agents whom bridges and Local channels connect with `channel`, and `formerAgent`, to whom it belonged before the
 * change.
 */
export function markConnected(model: Model, changes: Changes, channel: Channel, formerAgent?: Agent): void {
  markAgentsOf(changes, connectedChannels(model, channel));
  if (formerAgent) markCalls(changes, formerAgent);
}

export function markAgentsOf(changes: Changes, channels: ReadonlySet<Channel>): void {
  for (const { agent, guest } of channels) {
    if (agent) markCalls(changes, agent);
    if (guest) markCalls(changes, guest);
  }
}
