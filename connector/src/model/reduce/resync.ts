/**
 * Regeneration as mark and sweep, in the order of the bytes. From `regenerationStarted` on, each record that a list
 * item or a live event mentions gets the new generation. A list that is complete sweeps the records that it should have
 * reported and did not. Records that survive keep what no list reports (hold, rings, join times).
 */
import type { ConnectionLost, ListCompleted, RegenerationStarted } from "../../ami/event/event.ts";
import { regenerationLists } from "../../ami/event/event.ts";
import { compareAge } from "../state/age.ts";
import { isTalking } from "../state/call.ts";
import { type Changes, markCallers, markPhoneNumber, markQueue } from "../state/changes.ts";
import type { Caller, Channel, Model, Queue, QueueCall } from "../state/state.ts";
import {
  channelSubject,
  deviceSubject,
  hintSubject,
  memberSubject,
  parkingSubject,
  queueSubject,
} from "../state/subject.ts";
import { dropChannel } from "./channel-events.ts";
import { markConnected } from "./connected.ts";
import { causedBy } from "./derive.ts";
import { dropDevice, dropHint } from "./device.ts";
import { findEmptyLegs } from "./empty-leg.ts";
import { findParkingLots } from "./listed-channel.ts";
import { dropMember } from "./member.ts";
import { findOriginatedPhones } from "./originate.ts";
import { dropParkedCall } from "./parking.ts";
import { forgetCaller } from "./queue.ts";
import { beginListedRing } from "./ring.ts";
import { noteServedCall } from "./served.ts";
import { doubtHolds, markTalks } from "./talk.ts";
import { endUnseen, endUnseenAnswers } from "./wait-end.ts";

export function onConnectionLost(model: Model, _changes: Changes, { at }: ConnectionLost): void {
  model.lostAt = { at, generation: model.generation };
}

export function onRegenerationStarted(model: Model, _changes: Changes, event: RegenerationStarted): void {
  model.generation++;
  // What was paused or held meanwhile is not known.
  if (event.isNewConnection) {
    model.inCall.recordings.clear();
    doubtHolds(model);
  }
  model.pauseNotes.clear();
  model.regeneratedAt = ++model.sequence;
  for (const list of regenerationLists) model.pending.add(list);
}

export function onListCompleted(model: Model, changes: Changes, event: ListCompleted): void {
  if (!model.pending.delete(event.list)) return;
  if (!event.refused) sweep(model, changes, event);
  if (model.pending.size > 0) return;
  findEmptyLegs(model, changes);
  markTalks(model, changes);
}

function sweep(model: Model, changes: Changes, event: ListCompleted): void {
  switch (event.list) {
    case "queues":
      sweepQueues(model, changes);
      break;
    case "channels":
      sweepChannels(model, changes);
      orderNewCalls(model, changes);
      break;
    case "extensions":
      for (const hint of model.hints.values())
        if (hint.seenIn < model.generation)
          causedBy(model, changes, hintSubject(hint.key), () => dropHint(model, changes, hint));
      break;
    case "devices":
      for (const device of model.devices.values())
        if (device.seenIn < model.generation)
          causedBy(model, changes, deviceSubject(device.name), () => dropDevice(model, changes, device));
      break;
    case "parking":
      for (const parked of model.parkedCalls.values())
        if (parked.seenIn < model.generation) {
          const subject = parkingSubject(parked.parkingLot, parked.parkingSpace);
          causedBy(model, changes, subject, () => dropParkedCall(model, changes, parked));
        }
      findParkingLots(model, changes);
  }
  if (event.list === "queues" || event.list === "channels") findQueueCalls(model, changes);
  if (event.list === "channels" || event.list === "extensions") findOriginatedPhones(model, changes);
}

/** The events at the end of a swept channel were missed, so no AgentComplete to come can belong to its call. */
function sweepChannels(model: Model, changes: Changes): void {
  changes.from = "sweep";
  const swept = [...model.channels.values()].filter(({ seenIn }) => seenIn < model.generation);
  for (const channel of swept)
    causedBy(model, changes, channelSubject(channel.uniqueId), () => dropChannel(model, changes, channel));
  for (const { uniqueId } of swept) model.served.delete(uniqueId);
  endUnseenAnswers(model, changes);
  // For accounts that may not list parked calls, and an Asterisk without parking: a parked channel is gone.
  for (const parked of model.parkedCalls.values())
    if (parked.seenIn < model.generation && !model.channels.has(parked.uniqueId))
      causedBy(model, changes, channelSubject(parked.uniqueId), () => dropParkedCall(model, changes, parked));
}

function sweepQueues(model: Model, changes: Changes): void {
  for (const queue of model.queues.values()) {
    for (const member of queue.members.values())
      if (member.seenIn < model.generation) {
        const subject = memberSubject(queue.name, member.facts.memberInterface);
        causedBy(model, changes, subject, () => dropMember(model, changes, member));
      }
    const swept: string[] = [];
    for (const caller of queue.callers.values())
      if (caller.seenIn < model.generation) {
        forgetCaller(model, queue, caller.uniqueId);
        endUnseen(model, changes, caller);
        swept.push(channelSubject(caller.uniqueId));
      }
    queue.count = queue.callers.size;
    if (queue.seenIn < model.generation) model.queues.delete(queue.name);
    // The change of the count is attributed to each swept caller, or to the queue itself if none was swept.
    for (const subject of swept.length > 0 ? swept : [queueSubject(queue.name)])
      causedBy(model, changes, subject, () => markQueue(changes, queue));
  }
}

/** EV13: of calls that only a list reported, the one with the younger channel came to the fore later. */
function orderNewCalls(model: Model, changes: Changes): void {
  const isNew = ({ agent, shownAt }: Channel) => agent && (shownAt === 0 || shownAt === model.regeneratedAt);
  const channels = [...model.channels.values()].filter(isNew);
  channels.sort((one, other) => compareAge(one.uniqueId, other.uniqueId));
  for (const channel of channels) {
    channel.shownAt = ++model.sequence;
    const { agent } = channel;
    if (agent) causedBy(model, changes, channelSubject(channel.uniqueId), () => markPhoneNumber(changes, agent));
  }
}

/**
 * Finds the queue that dialed a listed channel: that of the caller with the same Linkedid, who waits there or is being
 * served.
 */
function findQueueCalls(model: Model, changes: Changes): void {
  const byCall = new Map<string, Served[]>();
  const add = (linkedId: string, queue: Queue, caller: string) =>
    byCall.set(linkedId, [...(byCall.get(linkedId) ?? []), { queue: queue.name, caller }]);
  for (const channel of model.channels.values()) {
    const queue = channel.waitsIn === null ? undefined : model.queues.get(channel.waitsIn);
    if (queue) add(channel.linkedId, queue, channel.uniqueId);
  }
  for (const queue of model.queues.values())
    for (const caller of queue.callers.values()) {
      findCall(model, changes, queue, caller);
      add(caller.linkedId, queue, caller.uniqueId);
    }
  for (const channel of model.channels.values()) {
    if (!channel.dialedByQueue || channel.queueCall) continue;
    const queueCall = servedBy(model, channel, byCall.get(channel.linkedId) ?? []);
    if (!queueCall) continue;
    channel.queueCall = { ...queueCall, served: null, bridge: channel.bridge?.id ?? null };
    if (channel.bridge) channel.bridge.changedAt = ++model.sequence;
    beginListedRing(model, channel);
    causedBy(model, changes, channelSubject(channel.uniqueId), () => markConnected(model, changes, channel));
    // EV6: an AgentComplete that comes too late to name its channels is matched with the calls that are being served.
    if (isTalking(channel)) noteServedCall(model, channel);
  }
}

type Served = Pick<QueueCall, "queue" | "caller">;

/**
 * Whom of these callers the channel serves. Callers whom agents have connected with each other have one Linkedid: that of
 * the oldest.
 */
function servedBy(model: Model, channel: Channel, callers: readonly Served[]): Served | undefined {
  const isTogether = ({ caller }: Served) =>
    channel.bridge !== null && model.channels.get(caller)?.bridge === channel.bridge;
  return (
    callers.findLast(isTogether) ?? callers.findLast(({ caller }) => caller === channel.linkedId) ?? callers.at(-1)
  );
}

/** EV20: the list of queues does not say to which call a caller belongs. That of channels does, and comes later. */
function findCall(model: Model, changes: Changes, queue: Queue, caller: Caller): void {
  const linkedId = model.channels.get(caller.uniqueId)?.linkedId ?? caller.linkedId;
  if (linkedId === caller.linkedId) return;
  caller.linkedId = linkedId;
  causedBy(model, changes, channelSubject(caller.uniqueId), () => markCallers(changes, queue));
}
