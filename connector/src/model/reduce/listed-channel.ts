/** A channel as a list tells it: all that a new connection can learn of calls that began before it. */
import type { CoreShowChannel } from "../../ami/event/event.ts";
import { deviceOfChannel } from "../state/agent.ts";
import type { Changes } from "../state/changes.ts";
import { agentRecord, type Model } from "../state/state.ts";
import { bridgeRecord, enterBridge, leaveBridge } from "./bridge.ts";
import { markParties } from "./call.ts";
import { assignAgent, rememberChannel } from "./channel.ts";
import { askIfUnknown } from "./recording.ts";

/**
 * No list tells a bridge's type: an agent's channel that was parked beside another before we came counts as talking to that one until
 * it is told to leave.
 */
export function onCoreShowChannel(model: Model, changes: Changes, event: CoreShowChannel): void {
  const isNew = !model.channels.has(event.uniqueId);
  const channel = rememberChannel(model, changes, event, event.at);
  if (!channel) return;
  if (isNew) channel.fromList = true;
  channel.waitsIn = event.application === "Queue" ? queueOf(event.applicationData) : null;
  channel.dialedByQueue ||= event.application === "AppQueue";
  if (channel.dialedByQueue && !channel.agent) {
    const id = model.rule.agentOfInterface(deviceOfChannel(channel.name));
    if (id !== null) assignAgent(model, channel, agentRecord(model, id));
  }
  // Dialed by a queue and not yet up (state 6): it is ringing, or about to.
  if (isNew && channel.dialedByQueue && event.bridgeId === null && event.state !== 6)
    channel.ring = { number: event.connectedNumber, name: event.connectedName };
  if (channel.bridge && channel.bridge.id !== event.bridgeId) leaveBridge(model, changes, channel, event.at);
  if (event.bridgeId !== null && !channel.bridge)
    enterBridge(model, channel, bridgeRecord(model, event.bridgeId), model.regeneratedAt);
  channel.connectedAt = ++model.sequence;
  askIfUnknown(model, changes, channel);
  markParties(model, changes, channel, event.at);
}

/** `sales,tTkK,,,40`. */
function queueOf(applicationData: string): string {
  return applicationData.split(",", 1)[0]?.trim() ?? "";
}
