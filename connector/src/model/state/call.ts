/**
 * EV13, EV2: what an agent's calls look like, read from channels and bridges. A call of an agent is all of the agent's
 * channels with the same Linkedid: a Local leg and the phone behind it are one call, as long as the leg is the agent's
 * (leg.ts).
 */
import type { AgentId, QueueName } from "@pbxis/shared";
import { otherHalf } from "./agent.ts";
import { consultationOf, mutedOf, recordingStateOf } from "./in-call-view.ts";
import { connectedChannels, isAgentsCall } from "./leg.ts";
import { agentNameOf } from "./member.ts";
import { originatedBy } from "./originated.ts";
import { isPresent } from "./presence.ts";
import type { Agent, Channel, Model, QueueCall } from "./state.ts";

/** EV4's details. */
type ShownCall = Readonly<{
  number: string;
  name: string | null;
  queueName: QueueName | null;
  callId: string;
  uniqueId: string | null;
  recording: "on" | "paused" | null;
  muted: boolean | null;
  consulting: string | null;
}>;

/**
 * In a bridge with another party. A parked or waiting channel talks to nobody, and two channels of one agent do not
 * talk to each other.
 */
export function isTalking(channel: Channel): boolean {
  const { bridge } = channel;
  if (!bridge || bridge.holding) return false;
  for (const other of bridge.channels) if (isOther(channel, other)) return true;
  return false;
}

function isOther(channel: Channel, other: Channel): boolean {
  return other !== channel && (channel.agent === null || other.agent !== channel.agent);
}

/**
 * The other party, as far as the bridges lead. Not `reached`: the way ends at one half of a Local channel. `changedAt`
 * is the latest `sequence` at which the way changed.
 */
export type Party = Readonly<{ channel: Channel; reached: boolean; changedAt: number }>;

/**
 * Follows bridges and Local channels to the parties that this channel talks to: usually one, several in a conference.
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

/** EV13: the call to publish for an agent: of several, the one that came to the fore last. Undefined without a call. */
export function shownCallOf(model: Model, agent: Agent): ShownCall | undefined {
  let shown: Channel | undefined;
  for (const channel of agent.channels)
    if (
      (channel.ring || isTalking(channel)) &&
      (!shown || channel.shownAt > shown.shownAt) &&
      isAgentsCall(model, channel)
    )
      shown = channel;
  if (!shown) return undefined;
  const party = shown.ring ? undefined : otherParties(model, shown)[0];
  const { number, name } = shown.ring ?? (party ? identityOf(model, shown, party) : nobody);
  const queueCall = queueCallOf(model, agent, shown, party);
  return {
    number: number ?? "unknown",
    name,
    queueName: queueCall?.queue ?? null,
    callId: shown.linkedId,
    uniqueId: uniqueIdOf(queueCall, party),
    recording: party ? recordingStateOf(model, [party.channel.uniqueId, shown.uniqueId]) : null,
    muted: mutedOf(model, shown),
    consulting: consultingOf(model, agent),
  };
}

/** EV4: whom the agent calls during an attended transfer. */
function consultingOf(model: Model, agent: Agent): string | null {
  const consultation = consultationOf(model, agent.id)?.consultation;
  return consultation?.begun ? consultation.to : null;
}

/** EV4: the other party's channel; of a queue call the one that waited in the queue. */
function uniqueIdOf(queueCall: QueueCall | null, party: Party | undefined): string | null {
  return queueCall?.caller ?? (party?.reached ? party.channel.uniqueId : null);
}

/** CM10: EV4's `callId` and `uniqueId` of the agent's call on `channel`, with this party; undefined while it rings. */
export function callIdsOf(
  model: Model,
  agent: Agent,
  channel: Channel,
  party: Party | undefined,
): Readonly<{ callId: string; uniqueId: string | null }> {
  return { callId: channel.linkedId, uniqueId: uniqueIdOf(queueCallOf(model, agent, channel, party), party) };
}

type Identity = Readonly<{ number: string | null; name: string | null }>;
const nobody: Identity = { number: null, name: null };

/**
 * The other party's number and name: the connected line if Asterisk reported it after the parties met, else the other
 * party's caller id, else the number that a Local channel dials, else the last connected line.
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
  // The first leg of an originated call has the dialed number as its caller id, and a phone that is rung through a
  // Local channel has its own number as its connected line: skip them, or agents would see their own number.
  // That of a phone that a command of ours rings is whatever the command shows it, such as the other party's.
  const ownNumber = originatedBy(channel.uniqueId) ? null : channel.callerNumber;
  const isOwn = (number: string) => number === agent?.id || number === ownNumber;
  const found = identities.find(({ number }) => number !== null && !isOwn(number));
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

/**
 * The queue call that this call is, until the call ends: as long as the caller who waited there is connected with the
 * agent. A Local channel that waited (a queued callback) may be optimized away: then the call goes on in the bridge in
 * which it was answered.
 */
export function queueCallOf(model: Model, agent: Agent, shown: Channel, party: Party | undefined): QueueCall | null {
  const connected = party ? connectedChannels(model, shown) : new Set<Channel>();
  for (const channel of agent.channels) {
    const { queueCall, bridge } = channel;
    if (!queueCall || channel.linkedId !== shown.linkedId) continue;
    if (!party) return queueCall;
    const caller = model.channels.get(queueCall.caller);
    if (caller && connected.has(caller)) return queueCall;
    if (!caller?.bridge && bridge && bridge.id === queueCall.bridge) return queueCall;
    // A Local channel's outer half leads back to the caller, its inner half to another party.
    if (!party.reached && party.channel.name.endsWith(";2")) return queueCall;
  }
  // A queue rang another agent's Local channel, and this agent picked the call up.
  for (const { queueCall, phoneLeft } of connected) {
    const caller = queueCall && !phoneLeft ? model.channels.get(queueCall.caller) : undefined;
    if (queueCall && caller && connected.has(caller)) return queueCall;
  }
  return null;
}

/** EV2: a call of the agent is on hold, and the agent talks in no other. */
export function hasActiveCallOnHold(model: Model, agent: Agent): boolean {
  if (!hasHeldChannel(agent)) return false;
  const going = [...agent.channels].filter((channel) => isTalking(channel) && isAgentsCall(model, channel));
  const held = new Set(going.filter((channel) => channel.held).map((channel) => channel.linkedId));
  return held.size > 0 && going.every((channel) => held.has(channel.linkedId));
}

function hasHeldChannel(agent: Agent): boolean {
  for (const { held } of agent.channels) if (held) return true;
  return false;
}

/**
 * Channels change bridges by leaving one and entering the next: an agent without a call whose channel lives on may have
 * the call back in a moment.
 */
export function mayBeInTransit(model: Model, agent: AgentId): boolean {
  return (model.agents.get(agent)?.channels.size ?? 0) > 0;
}

/** EV9: whether the agent is in a call that came from this queue. */
export function isInQueueCall(model: Model, agent: Agent, queue: string): boolean {
  for (const channel of agent.channels)
    if (channel.queueCall?.queue === queue && isTalking(channel) && isAgentsCall(model, channel)) return true;
  return false;
}
