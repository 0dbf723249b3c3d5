/** A channel as a list reports it: all that a new connection can learn of calls that began before it. */
import type { CoreShowChannel } from "../../ami/event/event.ts";
import { deviceOfChannel, otherHalf } from "../state/agent.ts";
import type { Changes } from "../state/changes.ts";
import type { Channel, Model } from "../state/state.ts";
import { channelSubject } from "../state/subject.ts";
import { agentRecord } from "./agent.ts";
import { bridgeRecord, enterBridge, leaveBridge } from "./bridge.ts";
import { assignAgent, rememberChannel } from "./channel.ts";
import { markConnected } from "./connected.ts";
import { causedBy } from "./derive.ts";
import { findPhone } from "./leg-phone.ts";
import { askIfUnknown } from "./recording.ts";
import { onListedSpy } from "./spy.ts";
import { onTalk } from "./wait-end.ts";

/** The channel state `Up` (AST_STATE_UP). */
const up = 6;

/** Applications whose channels wait together in one holding bridge. */
const waitingApplications: ReadonlySet<string> = new Set(["AgentLogin", "BridgeWait"]);

export function onCoreShowChannel(model: Model, changes: Changes, event: CoreShowChannel): void {
  const isNew = !model.channels.has(event.uniqueId);
  const channel = rememberChannel(model, changes, event);
  if (!channel) return;
  changes.from = "list";
  if (isNew) {
    channel.fromList = true;
    channel.mayHaveTalked = event.state === up;
  }
  channel.waitsIn = event.application === "Queue" ? queueOf(event.applicationData) : null;
  channel.dialedByQueue ||= event.application === "AppQueue";
  if (channel.dialedByQueue && !channel.agent) {
    const id = model.rule.agentOfInterface(deviceOfChannel(channel.name));
    if (id !== null) assignAgent(model, channel, agentRecord(model, id));
  }
  if (isNew && channel.dialedByQueue) channel.awaitsPhone = otherHalf(channel.name) !== undefined;
  // A queue dialed it and it is not up yet: it rings, or is about to.
  if (isNew && channel.dialedByQueue && event.bridgeId === null && event.state !== up)
    channel.ring = {
      number: event.connectedNumber,
      name: event.connectedName,
      since: event.at - event.durationSeconds * 1000,
    };
  if (channel.bridge && channel.bridge.id !== event.bridgeId) leaveBridge(model, changes, channel);
  if (event.bridgeId !== null && !channel.bridge)
    enterListedBridge(model, changes, channel, event.bridgeId, event.application);
  if (channel.awaitsPhone) findPhone(model, channel);
  channel.connectedAt = ++model.sequence;
  askIfUnknown(model, changes, channel);
  onListedSpy(model, changes, channel, event);
  markConnected(model, changes, channel);
}

/**
 * No list reports a bridge's type, so a bridge is taken as holding while all of its channels are in an application that
 * waits. The list of parked calls shows which bridges are parking lots.
 */
function enterListedBridge(
  model: Model,
  changes: Changes,
  channel: Channel,
  bridgeId: string,
  application: string,
): void {
  const bridge = bridgeRecord(model, bridgeId);
  const waits = waitingApplications.has(application);
  if (!bridge.isTyped) bridge.holding = waits && (bridge.holding || bridge.channels.size === 0);
  enterBridge(model, channel, bridge, model.regeneratedAt);
  if (!bridge.holding) onTalk(model, changes, channel);
}

/** To be called once the lists of channels and of parked calls are complete. */
export function findParkingLots(model: Model, changes: Changes): void {
  for (const { uniqueId } of model.parkedCalls.values()) {
    const parked = model.channels.get(uniqueId);
    if (!parked?.bridge || parked.bridge.holding) continue;
    causedBy(model, changes, channelSubject(uniqueId), () => {
      if (parked.bridge) parked.bridge.holding = true;
      markConnected(model, changes, parked);
    });
  }
}

/** `sales,tTkK,,,40`. */
function queueOf(applicationData: string): string {
  return applicationData.split(",", 1)[0]?.trim() ?? "";
}
