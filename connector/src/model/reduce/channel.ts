/**
 * Channels' records: names, numbers, and whose they are. A channel becomes known by the first event that matters of it
 * (a queue rings it, it enters a bridge, a list reports it) and stays known until its Hangup.
 */
import type { ChannelFacts } from "../../ami/event/event.ts";
import { compareAge } from "../state/age.ts";
import { deviceOfChannel, otherHalf } from "../state/agent.ts";
import type { Changes } from "../state/changes.ts";
import { originatedBy } from "../state/originated.ts";
import type { Agent, Channel, Model } from "../state/state.ts";
import { agentRecord, dropIfEmpty } from "./agent.ts";
import { markConnected } from "./connected.ts";

/**
 * The channel's record with the names and numbers of this event, which every event about a channel has. Undefined for a
 * channel that has ended.
 */
export function rememberChannel(model: Model, changes: Changes, facts: ChannelFacts): Channel | undefined {
  if (model.ended.has(facts.uniqueId)) return undefined;
  let channel = model.channels.get(facts.uniqueId);
  if (!channel) {
    channel = newChannel(model, facts);
    model.channels.set(facts.uniqueId, channel);
    nameChannel(model, channel, facts.channel);
    noteOriginated(model, channel);
    return channel;
  }
  if (channel.name !== facts.channel) {
    // A call pickup replaces the phone that rings by another: the channel stays, its name and its agent change.
    const former = channel.agent ?? undefined;
    assignGuest(model, channel, null);
    nameChannel(model, channel, facts.channel);
    if (former !== (channel.agent ?? undefined)) channel.ring = null;
    markConnected(model, changes, channel, former);
  }
  // In a bridge it only gets older. An event that was made before the channel entered may come after that (a pickup).
  const isOutdated = channel.bridge?.holding === false && compareAge(channel.linkedId, facts.linkedId) < 0;
  if (!isOutdated) channel.linkedId = facts.linkedId;
  channel.callerNumber = facts.callerNumber;
  channel.callerName = facts.callerName;
  channel.connectedNumber = facts.connectedNumber;
  channel.connectedName = facts.connectedName;
  channel.seenIn = model.generation;
  return channel;
}

function nameChannel(model: Model, channel: Channel, name: string): void {
  if (model.locals.get(channel.name) === channel) model.locals.delete(channel.name);
  channel.name = name;
  if (otherHalf(name) !== undefined) {
    model.locals.set(name, channel);
    return;
  }
  const id = model.rule.agentOfDevice(deviceOfChannel(name));
  assignAgent(model, channel, id === null ? null : agentRecord(model, id));
}

/** CM1: an originated call is the agent's whom it rings, whatever the channel's name. */
function noteOriginated(model: Model, channel: Channel): void {
  const agent = originatedBy(channel.uniqueId)?.agent;
  if (!agent) return;
  assignAgent(model, channel, agentRecord(model, agent));
  if (otherHalf(channel.name) !== undefined) channel.awaitsPhone = true;
}

function newChannel(model: Model, facts: ChannelFacts): Channel {
  return {
    name: facts.channel,
    uniqueId: facts.uniqueId,
    linkedId: facts.linkedId,
    callerNumber: facts.callerNumber,
    callerName: facts.callerName,
    connectedNumber: facts.connectedNumber,
    connectedName: facts.connectedName,
    connectedAt: 0,
    agent: null,
    guest: null,
    bridge: null,
    enteredAt: 0,
    held: false,
    ring: null,
    queueCall: null,
    phoneLeft: false,
    isEmpty: false,
    awaitsPhone: false,
    phone: null,
    isAnothers: false,
    shownAt: 0,
    fromList: false,
    mayHaveTalked: false,
    hungUpAt: 0,
    waitsIn: null,
    dialedByQueue: false,
    seenIn: model.generation,
  };
}

export function assignAgent(model: Model, channel: Channel, agent: Agent | null): void {
  const before = channel.agent;
  if (before === agent) return;
  before?.channels.delete(channel);
  channel.agent = agent;
  agent?.channels.add(channel);
  if (before) dropIfEmpty(model, before);
}

/** Marks nobody: the caller does. */
export function assignGuest(model: Model, channel: Channel, guest: Agent | null): void {
  const before = channel.guest;
  if (before === guest) return;
  before?.channels.delete(channel);
  channel.guest = guest;
  guest?.channels.add(channel);
  if (before) dropIfEmpty(model, before);
}
