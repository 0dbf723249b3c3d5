/**
 * Regeneration in stream order: from `regenerationStarted` on everything that is told, by a list or live, is touched; a list that is
 * complete sweeps what it should have told and did not. What survives keeps what no list can tell (hold, rings, join times).
 */
import type { ListCompleted } from "../../ami/event/event.ts";
import { regenerationLists } from "../../ami/event/event.ts";
import { compareAge } from "../state/age.ts";
import { type Changes, causedBy, markPhoneNumber, markQueue } from "../state/changes.ts";
import type { Channel, Model, QueueCall } from "../state/state.ts";
import { channelSubject, deviceSubject, hintSubject, memberSubject, queueSubject } from "../state/subject.ts";
import { isTalking, markParties } from "./call.ts";
import { dropChannel } from "./channel-events.ts";
import { dropDevice, dropHint } from "./device.ts";
import { dropMember } from "./member.ts";
import { noteServedCall } from "./served.ts";

export function onRegenerationStarted(model: Model): void {
  model.generation++;
  model.pauseNotes.clear();
  model.regeneratedAt = ++model.sequence;
  for (const list of regenerationLists) model.pending.add(list);
}

export function onListCompleted(model: Model, changes: Changes, event: ListCompleted): void {
  if (!model.pending.delete(event.list) || event.refused) return;
  switch (event.list) {
    case "queues":
      sweepQueues(model, changes);
      break;
    case "channels":
      sweepChannels(model, changes, event.at);
      orderNewCalls(model, changes);
      break;
    case "extensions":
      for (const hint of model.hints.values())
        if (hint.touched < model.generation)
          causedBy(changes, hintSubject(hint.key), () => dropHint(model, changes, hint));
      break;
    case "devices":
      for (const device of model.devices.values())
        if (device.touched < model.generation)
          causedBy(changes, deviceSubject(device.name), () => dropDevice(model, changes, device));
  }
  if (event.list === "queues" || event.list === "channels") findQueueCalls(model, changes, event.at);
}

/** Whatever Asterisk told at the end of a swept channel was not heard, so that no AgentComplete to come can be of its call. */
function sweepChannels(model: Model, changes: Changes, at: number): void {
  const swept = [...model.channels.values()].filter(({ touched }) => touched < model.generation);
  for (const channel of swept)
    causedBy(changes, channelSubject(channel.uniqueId), () => dropChannel(model, changes, channel, at));
  for (const { uniqueId } of swept) model.served.delete(uniqueId);
}

function sweepQueues(model: Model, changes: Changes): void {
  for (const queue of model.queues.values()) {
    for (const member of queue.members.values())
      if (member.touched < model.generation) {
        const subject = memberSubject(queue.name, member.facts.memberInterface);
        causedBy(changes, subject, () => dropMember(model, changes, member));
      }
    const swept: string[] = [];
    for (const caller of queue.callers.values())
      if (caller.touched < model.generation) {
        queue.callers.delete(caller.uniqueId);
        swept.push(channelSubject(caller.uniqueId));
      }
    queue.count = queue.callers.size;
    if (queue.touched < model.generation) model.queues.delete(queue.name);
    // Each of those who are swept accounts for the count; a count that nobody accounts for is the queue's own.
    for (const subject of swept.length > 0 ? swept : [queueSubject(queue.name)])
      causedBy(changes, subject, () => markQueue(changes, queue));
  }
}

/** EV13: of calls that only a list told, the one whose channel is younger came to the fore later; a Uniqueid ends in `<s>.<n>`. */
function orderNewCalls(model: Model, changes: Changes): void {
  const isNew = ({ agent, shownAt }: Channel) => agent && (shownAt === 0 || shownAt === model.regeneratedAt);
  const channels = [...model.channels.values()].filter(isNew);
  channels.sort((one, other) => compareAge(one.uniqueId, other.uniqueId));
  for (const channel of channels) {
    channel.shownAt = ++model.sequence;
    const { agent } = channel;
    if (agent) causedBy(changes, channelSubject(channel.uniqueId), () => markPhoneNumber(changes, agent));
  }
}

/** Which queue a listed channel was dialed by: that of the caller with the same Linkedid, who waits there or is being served. */
function findQueueCalls(model: Model, changes: Changes, at: number): void {
  const byCall = new Map<string, Omit<QueueCall, "served">>();
  for (const channel of model.channels.values()) {
    const queue = channel.waitsIn === null ? undefined : model.queues.get(channel.waitsIn);
    if (queue) byCall.set(channel.linkedId, { queue: queue.name, caller: channel.uniqueId });
  }
  for (const queue of model.queues.values())
    for (const { uniqueId } of queue.callers.values())
      byCall.set(model.channels.get(uniqueId)?.linkedId ?? uniqueId, { queue: queue.name, caller: uniqueId });
  for (const channel of model.channels.values()) {
    if (!channel.dialedByQueue || channel.queueCall) continue;
    const queueCall = byCall.get(channel.linkedId);
    if (!queueCall) continue;
    channel.queueCall = { ...queueCall, served: null };
    causedBy(changes, channelSubject(channel.uniqueId), () => markParties(model, changes, channel, at));
    // EV6: an AgentComplete that comes too late to name its channels is found by who is being served.
    if (isTalking(channel)) noteServedCall(model, channel);
  }
}
