/**
 * EV13, EV2: what an agent's calls look like, seen from channels and bridges. A call of an agent is all of his channels with the same
 * Linkedid: a Local leg and the phone behind it are one call. Reads the model; changes only what `Agent.onHold` remembers.
 */
import type { AgentId, QueueName } from "@pbxis/shared";
import { otherHalf } from "../state/agent.ts";
import { type Changes, markExtensionStatus, markPhoneNumber } from "../state/changes.ts";
import { isPresent } from "../state/presence.ts";
import type { Agent, Channel, Model } from "../state/state.ts";
import { agentNameOf, memberOf, refreshMember } from "./member.ts";

/** EV4's details. */
export type ShownCall = Readonly<{
  number: string;
  name: string | null;
  queueName: QueueName | null;
  callId: string;
}>;

/** In a bridge with somebody else; a parked or waiting channel talks to nobody, nor do two channels of the same agent. */
export function isTalking(channel: Channel): boolean {
  const { bridge } = channel;
  if (!bridge || bridge.holding) return false;
  for (const other of bridge.channels) if (isOther(channel, other)) return true;
  return false;
}

function isOther(channel: Channel, other: Channel): boolean {
  return other !== channel && (channel.agent === null || other.agent !== channel.agent);
}

/** The other party as far as the bridges lead; `changedAt` is the latest `sequence` at which the way to it changed. */
export type Party = Readonly<{ channel: Channel; reached: boolean; changedAt: number }>;

/**
 * Goes over bridges and Local channels to whom this channel talks to: mostly one, several in a conference. Not `reached`: the way
 * ends at half a Local channel.
 */
export function otherParties(model: Model, channel: Channel, changedAt = 0, visited = new Set<Channel>()): Party[] {
  const { bridge } = channel;
  const parties: Party[] = [];
  visited.add(channel);
  if (!bridge || bridge.holding) return parties;
  for (const other of bridge.channels) {
    if (!isOther(channel, other) || visited.has(other)) continue;
    const latest = Math.max(changedAt, channel.enteredAt, other.enteredAt);
    visited.add(other);
    const half = otherHalf(other.name);
    const far = half === undefined ? undefined : model.locals.get(half);
    const beyond = far && !visited.has(far) ? otherParties(model, far, latest, visited) : [];
    if (beyond.length > 0) parties.push(...beyond);
    else parties.push({ channel: other, reached: half === undefined, changedAt: latest });
  }
  return parties;
}

/** EV13: the call to show for an agent: of several the one that came to the fore last. Undefined without a call. */
export function shownCallOf(model: Model, agent: Agent): ShownCall | undefined {
  let shown: Channel | undefined;
  for (const channel of agent.channels)
    if ((channel.ring || isTalking(channel)) && (!shown || channel.shownAt > shown.shownAt)) shown = channel;
  if (!shown) return undefined;
  const party = shown.ring ? undefined : otherParties(model, shown)[0];
  const { number, name } = shown.ring ?? (party ? identityOf(model, shown, party) : nobody);
  return {
    number: number ?? "unknown",
    name,
    queueName: queueNameOf(agent, shown, party),
    callId: shown.linkedId,
  };
}

type Identity = Readonly<{ number: string | null; name: string | null }>;
const nobody: Identity = { number: null, name: null };

/**
 * Who the other party is: the connected line if Asterisk told it since the parties are together, else the other party's
 * caller id, else the number that a Local channel dials, else the last connected line.
 */
export function identityOf(model: Model, channel: Channel, party: Party): Identity {
  const { agent } = channel;
  const connected: Identity = { number: channel.connectedNumber, name: channel.connectedName };
  const other = party.channel;
  const identities: readonly Identity[] = [
    channel.connectedAt > party.changedAt ? connected : nobody,
    { number: other.callerNumber, name: other.callerName },
    dialedByLocal(model, other.name),
    connected,
  ];
  // An originated call is given the number it goes to as caller id: the called agent would see himself.
  const found = identities.find(({ number }) => number !== null && number !== agent?.id);
  if (found) return found;
  return other.agent && other.agent !== agent && isPresent(other.agent) ? asParty(other.agent) : nobody;
}

function asParty(agent: Agent): Identity {
  return { number: agent.id, name: agentNameOf(agent) };
}

/** `Local/1005@from-agents-00000000;1` dials 1005. */
function dialedByLocal(model: Model, channel: string): Identity {
  const number = /^Local\/([^@]+)@.*;1$/.exec(channel)?.[1];
  if (number === undefined) return nobody;
  const agent = model.agents.get(number);
  return agent && isPresent(agent) ? asParty(agent) : { number, name: null };
}

/** The queue that a call came by, as long as the other party is the caller who waited there. */
function queueNameOf(agent: Agent, shown: Channel, party: Party | undefined): QueueName | null {
  for (const channel of agent.channels) {
    const { queueCall } = channel;
    if (!queueCall || channel.linkedId !== shown.linkedId) continue;
    if (!party || party.channel.uniqueId === queueCall.caller) return queueCall.queue;
    // A Local channel's outer half leads back to the caller, its inner half to somebody else.
    if (!party.reached && party.channel.name.endsWith(";2")) return queueCall.queue;
  }
  return null;
}

/** EV2: some call of the agent is on hold and no other is going on. */
function hasActiveCallOnHold(agent: Agent): boolean {
  const going = [...agent.channels].filter(isTalking);
  const held = new Set(going.filter((channel) => channel.held).map((channel) => channel.linkedId));
  return held.size > 0 && going.every((channel) => held.has(channel.linkedId));
}

/**
 * Channels change bridges by leaving one and entering the next: an agent without a call whose channel lives on may have the call
 * back in a moment.
 */
export function mayBeInTransit(model: Model, agent: AgentId): boolean {
  return (model.agents.get(agent)?.channels.size ?? 0) > 0;
}

/** EV9: whether the agent is in a call that this queue gave him. */
export function isInQueueCall(agent: Agent, queue: string): boolean {
  for (const channel of agent.channels) if (channel.queueCall?.queue === queue && isTalking(channel)) return true;
  return false;
}

/**
 * Marks what a change of `channel` may have changed: the calls of all agents whom bridges and Local channels connect with it (and of
 * `formerAgent`). Gives the channels reached.
 */
export function markParties(
  model: Model,
  changes: Changes,
  channel: Channel,
  at: number,
  formerAgent?: Agent,
): ReadonlySet<Channel> {
  const reached = new Set<Channel>([channel]);
  for (const party of reached) {
    if (party.agent) refreshCalls(changes, party.agent, at);
    if (party.bridge) for (const other of party.bridge.channels) reached.add(other);
    const half = otherHalf(party.name);
    const far = half === undefined ? undefined : model.locals.get(half);
    if (far) reached.add(far);
  }
  if (formerAgent) refreshCalls(changes, formerAgent, at);
  return reached;
}

/** Marks what an agent's calls decide, and notices when the active one is held or no longer (EV2). */
export function refreshCalls(changes: Changes, agent: Agent, at: number): void {
  const onHold = hasActiveCallOnHold(agent);
  if (!isPresent(agent)) {
    agent.onHold = onHold;
    return;
  }
  markPhoneNumber(changes, agent);
  if (onHold !== agent.onHold) {
    agent.onHold = onHold;
    markExtensionStatus(changes, agent);
    for (const member of agent.members) refreshMember(changes, member, at);
  }
  for (const channel of agent.channels) {
    const member = channel.queueCall && memberOf(agent, channel.queueCall.queue);
    if (member) changes.dirty.push(member.states.memberSummary);
  }
}
