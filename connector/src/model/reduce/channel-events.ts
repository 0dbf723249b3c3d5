/** What happens to channels: a queue rings them, they enter and leave bridges, hold, and end. */
import type {
  AgentCalled,
  BridgeDestroy,
  BridgeEnter,
  BridgeLeave,
  Hangup,
  HoldChange,
  NewConnectedLine,
} from "../../ami/event/event.ts";
import { otherHalf } from "../state/agent.ts";
import type { Changes } from "../state/changes.ts";
import { forgetIfUnknown } from "../state/presence.ts";
import { agentRecord, type Channel, type Model } from "../state/state.ts";
import { bridgeRecord, enterBridge, leaveBridge } from "./bridge.ts";
import { markParties } from "./call.ts";
import { assignAgent, rememberChannel } from "./channel.ts";
import { onOriginatedEnd } from "./originate.ts";
import { askIfUnknown } from "./recording.ts";

/** EV13: a queue rings the agent. With a Local interface the rung channel is the Local one, the agent's all the same. */
export function onRung(model: Model, changes: Changes, event: AgentCalled): void {
  const channel = rememberChannel(model, changes, event.dest, event.at);
  const queue = model.queues.get(event.queue);
  if (!channel || !queue) return;
  const id = model.rule.agentOfInterface(event.memberInterface);
  if (id !== null) assignAgent(model, channel, agentRecord(model, id));
  const { dest, caller } = event;
  const number = dest.connectedNumber ?? caller.callerNumber;
  channel.queueCall = { queue: queue.name, caller: caller.uniqueId, served: null };
  channel.dialedByQueue = true;
  if (!channel.bridge) {
    channel.ring = { number, name: dest.connectedNumber === null ? caller.callerName : dest.connectedName };
    channel.shownAt = ++model.sequence;
  }
  markParties(model, changes, channel, event.at);
}

export function onBridgeEnter(model: Model, changes: Changes, event: BridgeEnter): void {
  const channel = rememberChannel(model, changes, event, event.at);
  if (!channel) return;
  if (channel.bridge && channel.bridge.id !== event.bridgeId) leaveBridge(model, changes, channel, event.at);
  const bridge = bridgeRecord(model, event.bridgeId);
  bridge.holding = event.bridgeType === "parking" || event.bridgeType === "holding";
  enterBridge(model, channel, bridge, ++model.sequence);
  askIfUnknown(model, changes, channel);
  markParties(model, changes, channel, event.at);
}

export function onBridgeLeave(model: Model, changes: Changes, event: BridgeLeave): void {
  const channel = rememberChannel(model, changes, event, event.at);
  if (channel?.bridge?.id === event.bridgeId) leaveBridge(model, changes, channel, event.at);
  if (event.last) onBridgeDestroy(model, changes, event);
}

export function onBridgeDestroy(model: Model, changes: Changes, event: Pick<BridgeDestroy, "bridgeId" | "at">): void {
  const bridge = model.bridges.get(event.bridgeId);
  if (bridge) for (const left of [...bridge.channels]) leaveBridge(model, changes, left, event.at);
}

/** EV2. Unhold comes also without Hold (after a transfer), Hold twice, and neither at hang-up. */
export function onHoldChange(model: Model, changes: Changes, event: HoldChange): void {
  const channel = rememberChannel(model, changes, event, event.at);
  if (!channel) return;
  if (event.kind === "unhold" && channel.held) channel.shownAt = ++model.sequence;
  channel.held = event.kind === "hold";
  markParties(model, changes, channel, event.at);
}

/** Told of a channel that we need not know, and even of one that has ended. */
export function onNewConnectedLine(model: Model, changes: Changes, event: NewConnectedLine): void {
  if (!model.channels.has(event.uniqueId)) return;
  const channel = rememberChannel(model, changes, event, event.at);
  if (!channel) return;
  channel.connectedAt = ++model.sequence;
  markParties(model, changes, channel, event.at);
}

export function onHangup(model: Model, changes: Changes, event: Hangup): void {
  model.ended.set(event.uniqueId, event.cause);
  onOriginatedEnd(model, changes, event);
  const channel = model.channels.get(event.uniqueId);
  if (channel) dropChannel(model, changes, channel, event.at);
}

export function dropChannel(model: Model, changes: Changes, channel: Channel, at: number): void {
  if (channel.bridge) leaveBridge(model, changes, channel, at);
  handOverQueueCall(channel);
  model.channels.delete(channel.uniqueId);
  if (model.locals.get(channel.name) === channel) model.locals.delete(channel.name);
  const { agent } = channel;
  if (!agent) return;
  agent.channels.delete(channel);
  channel.agent = null;
  markParties(model, changes, channel, at, agent);
  forgetIfUnknown(model, agent);
}

/** When a Local channel is optimized away the agent's phone takes its place, and the queue's call with it. */
function handOverQueueCall(channel: Channel): void {
  if (!channel.queueCall || !channel.agent || otherHalf(channel.name) === undefined) return;
  for (const heir of channel.agent.channels)
    if (heir !== channel && heir.linkedId === channel.linkedId) heir.queueCall ??= channel.queueCall;
}
