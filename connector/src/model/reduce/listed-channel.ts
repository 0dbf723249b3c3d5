/** A channel as a list reports it: all that a new connection can learn of calls that began before it. */
import type { CoreShowChannel } from "../../ami/event/event.ts";
import { deviceOfChannel } from "../state/agent.ts";
import type { Changes } from "../state/changes.ts";
import type { Model } from "../state/state.ts";
import { agentRecord } from "./agent.ts";
import { bridgeRecord, enterBridge, leaveBridge } from "./bridge.ts";
import { assignAgent, rememberChannel } from "./channel.ts";
import { markConnected } from "./connected.ts";
import { askIfUnknown } from "./recording.ts";

/** The channel state `Up` (AST_STATE_UP). */
const up = 6;

/**
 * No list reports a bridge's type. An agent's channel that was parked beside another before the connection therefore
 * counts as talking to it, until one of them leaves.
 */
export function onCoreShowChannel(model: Model, changes: Changes, event: CoreShowChannel): void {
  const isNew = !model.channels.has(event.uniqueId);
  const channel = rememberChannel(model, changes, event);
  if (!channel) return;
  if (isNew) channel.fromList = true;
  channel.waitsIn = event.application === "Queue" ? queueOf(event.applicationData) : null;
  channel.dialedByQueue ||= event.application === "AppQueue";
  if (channel.dialedByQueue && !channel.agent) {
    const id = model.rule.agentOfInterface(deviceOfChannel(channel.name));
    if (id !== null) assignAgent(model, channel, agentRecord(model, id));
  }
  // A queue dialed it and it is not up yet: it rings, or is about to.
  if (isNew && channel.dialedByQueue && event.bridgeId === null && event.state !== up)
    channel.ring = { number: event.connectedNumber, name: event.connectedName };
  if (channel.bridge && channel.bridge.id !== event.bridgeId) leaveBridge(model, changes, channel);
  if (event.bridgeId !== null && !channel.bridge)
    enterBridge(model, channel, bridgeRecord(model, event.bridgeId), model.regeneratedAt);
  channel.connectedAt = ++model.sequence;
  askIfUnknown(model, changes, channel);
  markConnected(model, changes, channel);
}

/** `sales,tTkK,,,40`. */
function queueOf(applicationData: string): string {
  return applicationData.split(",", 1)[0]?.trim() ?? "";
}
