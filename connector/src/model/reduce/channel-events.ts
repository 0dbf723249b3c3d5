/** What happens to channels: a queue rings them, they enter and leave bridges, hold, and end. */
import type {
  AgentCalled,
  BridgeDestroy,
  BridgeEnter,
  BridgeLeave,
  Hangup,
  HangupRequest,
  HoldChange,
  NewConnectedLine,
  Pickup,
} from "../../ami/event/event.ts";
import { otherHalf } from "../state/agent.ts";
import { type Changes, markCalls } from "../state/changes.ts";
import type { Channel, Model } from "../state/state.ts";
import { agentRecord, dropIfEmpty } from "./agent.ts";
import { bridgeRecord, enterBridge, leaveBridge } from "./bridge.ts";
import { assignAgent, assignGuest, rememberChannel } from "./channel.ts";
import { markConnected } from "./connected.ts";
import { endConsultationsOf, endIfNotBegun, followConsultation } from "./consultation.ts";
import { passOnCall } from "./leg-phone.ts";
import { onOriginatedEnd } from "./originate.ts";
import { onCallerTaken } from "./queue.ts";
import { askIfUnknown } from "./recording.ts";
import { beginRing, forgetRing, onRingHangup, onRingPickup } from "./ring.ts";
import { noteServedCall } from "./served.ts";
import { endSpy } from "./spy.ts";
import { markTalksWith } from "./talk.ts";
import { correctByEnd, correctByHangupRequest } from "./talk-end.ts";
import { endByHangup, onCallerHangup, onRingsOver, onTalk } from "./wait-end.ts";

/**
 * EV13: a queue rings the agent. For a member with a Local interface the ringing channel is the Local one, which is
 * then the agent's too.
 */
export function onRung(model: Model, changes: Changes, event: AgentCalled): void {
  const channel = rememberChannel(model, changes, event.dest);
  const queue = model.queues.get(event.queue);
  if (!channel || !queue) return;
  const id = model.rule.agentOfInterface(event.memberInterface);
  if (id !== null) assignAgent(model, channel, agentRecord(model, id));
  const { dest, caller } = event;
  const number = dest.connectedNumber ?? caller.callerNumber;
  channel.queueCall = { queue: queue.name, caller: caller.uniqueId, served: null, bridge: null };
  channel.dialedByQueue = true;
  channel.awaitsPhone = otherHalf(channel.name) !== undefined;
  if (!channel.bridge) {
    const name = dest.connectedNumber === null ? caller.callerName : dest.connectedName;
    channel.ring = { number, name, since: event.at };
    if (id !== null) beginRing(model, changes, queue, id, event);
    channel.shownAt = ++model.sequence;
  }
  markConnected(model, changes, channel);
}

export function onBridgeEnter(model: Model, changes: Changes, event: BridgeEnter): void {
  const channel = rememberChannel(model, changes, event);
  if (!channel) return;
  if (channel.bridge && channel.bridge.id !== event.bridgeId) leaveBridge(model, changes, channel);
  const bridge = bridgeRecord(model, event.bridgeId);
  bridge.holding = event.bridgeType === "parking" || event.bridgeType === "holding";
  bridge.isTyped = true;
  if (!bridge.holding) onCallerTaken(model, changes, channel.uniqueId);
  enterBridge(model, channel, bridge, ++model.sequence);
  if (model.inCall.consultations.size > 0) followConsultation(model, changes, channel);
  if (bridge.holding) markTalksWith(model, changes, channel);
  else onTalk(model, changes, channel);
  askIfUnknown(model, changes, channel);
  markConnected(model, changes, channel);
}

export function onBridgeLeave(model: Model, changes: Changes, event: BridgeLeave): void {
  const channel = rememberChannel(model, changes, event);
  if (channel?.bridge?.id === event.bridgeId) leaveBridge(model, changes, channel);
  if (event.last) onBridgeDestroy(model, changes, event);
}

export function onBridgeDestroy(model: Model, changes: Changes, { bridgeId }: Pick<BridgeDestroy, "bridgeId">): void {
  const bridge = model.bridges.get(bridgeId);
  if (bridge) for (const left of [...bridge.channels]) leaveBridge(model, changes, left);
}

/** EV2. Unhold may come without a Hold (after a transfer), Hold may come twice, and a hang-up sends neither. */
export function onHoldChange(model: Model, changes: Changes, event: HoldChange): void {
  const channel = rememberChannel(model, changes, event);
  if (!channel) return;
  if (event.kind === "unhold" && channel.held) channel.shownAt = ++model.sequence;
  channel.held = event.kind === "hold";
  if (event.kind === "unhold") endIfNotBegun(model, changes, channel);
  markConnected(model, changes, channel);
}

/** Asterisk sends it for channels that need not be known, and even for a channel that has ended. */
export function onNewConnectedLine(model: Model, changes: Changes, event: NewConnectedLine): void {
  if (!model.channels.has(event.uniqueId)) return;
  const channel = rememberChannel(model, changes, event);
  if (!channel) return;
  channel.connectedAt = ++model.sequence;
  markConnected(model, changes, channel);
}

/**
 * EV13: the picking channel replaces the one that a queue rings. Behind a Local channel it replaces a phone that no
 * queue rings, and the Local channel keeps the queue's call. The event may come after the answer (16.28).
 */
export function onPickup(model: Model, changes: Changes, event: Pickup): void {
  onRingPickup(model, changes, event);
  const queueCall = model.channels.get(event.rung)?.queueCall;
  const channel = queueCall && rememberChannel(model, changes, event);
  if (!channel) return;
  channel.queueCall = { ...queueCall, served: null, bridge: channel.bridge?.id ?? null };
  if (channel.bridge) channel.bridge.changedAt = ++model.sequence;
  const served = channel.bridge && noteServedCall(model, channel);
  if (served && channel.agent) served.agent = channel.agent.id;
  if (channel.bridge?.holding === false) onTalk(model, changes, channel);
  markConnected(model, changes, channel);
}

/** Asterisk sends it before everything else that a hang-up causes. */
export function onHangupRequest(model: Model, changes: Changes, event: HangupRequest): void {
  onCallerHangup(model, changes, event);
  const channel = model.channels.get(event.uniqueId);
  if (!channel || channel.hungUpAt > 0) return;
  channel.hungUpAt = ++model.sequence;
  correctByHangupRequest(model, changes, channel);
}

export function onHangup(model: Model, changes: Changes, event: Hangup): void {
  model.ended.set(event.uniqueId, event.cause);
  onCallerTaken(model, changes, event.uniqueId);
  endByHangup(model, changes, event.uniqueId);
  onOriginatedEnd(model, changes, event);
  const ring = model.rings.get(event.uniqueId);
  onRingHangup(model, changes, event);
  if (ring) onRingsOver(model, changes, ring.caller);
  const channel = model.channels.get(event.uniqueId);
  if (channel) dropChannel(model, changes, channel);
}

export function dropChannel(model: Model, changes: Changes, channel: Channel): void {
  if (channel.bridge) leaveBridge(model, changes, channel);
  if (model.inCall.consultations.size > 0) endConsultationsOf(model, changes, channel);
  if (model.inCall.spies.size > 0) endSpy(model, changes, channel);
  forgetRing(model, changes, channel);
  passOnCall(model, changes, channel);
  model.channels.delete(channel.uniqueId);
  correctByEnd(model, changes, channel);
  markTalksWith(model, changes, channel);
  if (model.locals.get(channel.name) === channel) model.locals.delete(channel.name);
  const { agent, guest } = channel;
  if (guest) markCalls(changes, guest);
  assignGuest(model, channel, null);
  if (!agent) return;
  agent.channels.delete(channel);
  channel.agent = null;
  markConnected(model, changes, channel, agent);
  dropIfEmpty(model, agent);
}
