/**
 * What commands read from the model: an agent's calls, the owner of a channel, what to dial for an agent. Every answer
 * is as of the moment of the call, and nothing here changes the model.
 */
import type { AgentId, Candidate, QueueName } from "@pbxis/shared";
import { deviceOfChannel, otherHalf } from "./state/agent.ts";
import { callIdsOf, identityOf, isTalking, otherParties } from "./state/call.ts";
import { statusOfName } from "./state/device-state.ts";
import { hintOf } from "./state/extension.ts";
import { consultationOf, supervisionBy } from "./state/in-call-view.ts";
import { isAgentsCall } from "./state/leg.ts";
import { agentNameOf, membersInOrder } from "./state/member.ts";
import { isPresent, presentAgent } from "./state/presence.ts";
import {
  type Agent,
  type Channel,
  type Device,
  type LastMember,
  lastMemberKey,
  type Model,
  type Queue,
} from "./state/state.ts";

export type Membership = Readonly<{ queue: QueueName; memberInterface: string }>;

/** How an agent is a member of a queue, or was. `stateInterface` is null where the interface's own state counts. */
export type MemberSetup = Readonly<{
  queue: QueueName;
  agent: AgentId;
  memberInterface: string;
  stateInterface: string | null;
  name: string | null;
  penalty: number;
}>;

/**
 * A channel and the parties it talks to. `owner`: the known agent whose phone it is. `agents`: its own agent and those
 * of the parties.
 */
export type ChannelView = Readonly<{
  channel: string;
  owner: AgentId | null;
  agents: readonly AgentId[];
  parties: readonly Readonly<{ channel: string; owner: AgentId | null }>[];
}>;

/** CM20: the agent's channel, the Linkedid of its call, and whom it calls. Not `begun`: it still talks to the caller. */
type ConsultationView = Readonly<{ channel: string; callId: string; to: string; begun: boolean }>;

/** A caller who waits, at `position` from 1. `isInOrder`: nobody of lower priority is ahead, nobody of higher behind. */
export type WaitingView = Readonly<{
  channel: string;
  number: string | null;
  name: string | null;
  position: number;
  isInOrder: boolean;
}>;

export type Lookup = Readonly<{
  /** CM10: the agent's calls, one for each other party: first those that talk, then those that only ring. */
  callsOf: (agent: string) => readonly Candidate[];
  /** Null if the model does not know the channel. The case of the name does not matter, as in Asterisk. */
  channel: (name: string) => ChannelView | null;
  /** The name of the only channel that fits. Null if none does, or several do. */
  findChannel: (fits: (name: string) => boolean) => string | null;
  /** Whether an agent with this id exists. */
  isAgent: (id: string) => boolean;
  membershipsOf: (agent: string) => readonly Membership[];
  /** The same memberships, with all that makes the agent the same member elsewhere. */
  memberSetups: (agent: string) => readonly MemberSetup[];
  /** All members of the queue, by interface. */
  setupsIn: (queue: string) => readonly MemberSetup[];
  /** How the agent was a member of this queue before logging off. Null if that is not known. */
  lastSetup: (agent: string, queue: string) => MemberSetup | null;
  /** The agent's phone, such as `PJSIP/1001`, as a hint, a device or a channel shows it. Null if none does. */
  phoneOf: (agent: string) => string | null;
  /** The name that a queue was given for the agent. */
  nameOf: (agent: string) => string | null;
  /** CM20: the agent's channel that is about to consult somebody, or does. Null if there is none. */
  consultationOf: (agent: string) => ConsultationView | null;
  /** CM23: the channel of the supervisor's that listens, and whom it listens to. Null if there is none. */
  supervisionBy: (supervisor: string) => Readonly<{ channel: string; uniqueId: string; agent: AgentId }> | null;
  /** CM22: whether the channel was recorded, and the recording was stopped. */
  isRecordingStopped: (channel: string) => boolean;
  /** Null if nobody with this Uniqueid waits in that queue. */
  waitingCaller: (queue: string, uniqueId: string) => WaitingView | null;
  hasQueue: (queue: string) => boolean;
  queues: () => readonly QueueName[];
}>;

export function createLookup(model: Model): Lookup {
  return {
    callsOf: (agent) => callsOf(model, agent),
    channel: (name) => viewOf(model, name),
    findChannel: (fits) => {
      const [found, another] = [...model.channels.values()].filter(({ name }) => fits(name));
      return found && !another ? found.name : null;
    },
    isAgent: (id) => presentAgent(model, id) !== undefined,
    membershipsOf: (agent) => membershipsOf(model.agents.get(agent)),
    memberSetups: (id) => {
      const agent = model.agents.get(id);
      return agent ? membersInOrder(agent).map(setupOf) : [];
    },
    setupsIn: (queue) =>
      [...(model.queues.get(queue)?.members.values() ?? [])]
        .map(setupOf)
        .sort((one, other) => (one.memberInterface < other.memberInterface ? -1 : 1)),
    lastSetup: (agent, queue) => {
      const last = model.lastMembers.get(lastMemberKey(agent, queue));
      return last ? setupOf(last) : null;
    },
    phoneOf: (agent) => phoneOf(model.agents.get(agent)),
    nameOf: (id) => {
      const agent = model.agents.get(id);
      const name = agent && agentNameOf(agent);
      return name === undefined || name === id ? null : name;
    },
    consultationOf: (agent) => {
      const found = consultationOf(model, agent);
      if (!found) return null;
      const { channel, consultation } = found;
      return { channel: channel.name, callId: channel.linkedId, to: consultation.to, begun: consultation.begun };
    },
    supervisionBy: (supervisor) => {
      const found = supervisionBy(model, supervisor);
      return found && { channel: found.spyer.name, uniqueId: found.spyer.uniqueId, agent: found.agent };
    },
    isRecordingStopped: (name) => {
      const channel = channelNamed(model, name);
      return channel !== undefined && model.inCall.recordings.get(channel.uniqueId) === "stopped";
    },
    waitingCaller: (queue, uniqueId) => waitingIn(model.queues.get(queue), uniqueId),
    hasQueue: (queue) => model.queues.has(queue),
    queues: () => [...model.queues.values()].map(({ name }) => name),
  };
}

/**
 * A Local channel counts as the phone behind it: of two ways to one party, the one by the phone's own channel is
 * returned.
 */
function callsOf(model: Model, id: string): Candidate[] {
  const agent = model.agents.get(id);
  if (!agent) return [];
  const own = [...agent.channels].filter((channel) => isAgentsCall(model, channel)).sort(phonesFirst);
  const talks = new Map<Channel, Candidate>();
  const talkingIn = new Set<string>();
  for (const channel of own) {
    if (!isTalking(channel)) continue;
    talkingIn.add(channel.linkedId);
    for (const party of otherParties(model, channel)) {
      if (talks.has(party.channel)) continue;
      const callerId = identityOf(model, channel, party).number;
      const ids = callIdsOf(model, agent, channel, party);
      talks.set(party.channel, { agentChannel: channel.name, bridgedChannel: party.channel.name, callerId, ...ids });
    }
  }
  const rings = own
    .filter(({ ring, linkedId }) => ring && !talkingIn.has(linkedId))
    .map((channel) => ({
      agentChannel: channel.name,
      bridgedChannel: null,
      callerId: channel.ring?.number ?? null,
      ...callIdsOf(model, agent, channel, undefined),
    }));
  return [...talks.values(), ...rings];
}

function phonesFirst(one: Channel, other: Channel): number {
  const rank = ({ name }: Channel) => (otherHalf(name) === undefined ? 0 : 1);
  return rank(one) - rank(other) || one.shownAt - other.shownAt;
}

function viewOf(model: Model, name: string): ChannelView | null {
  const channel = channelNamed(model, name);
  if (!channel) return null;
  const parties = otherParties(model, channel).map((party) => party.channel);
  const agents = new Set<AgentId>();
  for (const one of [channel, ...parties]) {
    if (one.agent && isAgentsCall(model, one)) agents.add(one.agent.id);
    if (one.guest) agents.add(one.guest.id);
  }
  return {
    channel: channel.name,
    owner: ownerOf(model, channel),
    agents: [...agents],
    parties: parties.map((party) => ({ channel: party.name, owner: ownerOf(model, party) })),
  };
}

function channelNamed(model: Model, name: string): Channel | undefined {
  const wanted = name.toLowerCase();
  for (const channel of model.channels.values()) if (channel.name.toLowerCase() === wanted) return channel;
  return undefined;
}

/** A trunk's channel may look like an agent's. It belongs to an agent only if that agent exists. */
function ownerOf(model: Model, channel: Channel): AgentId | null {
  const { agent } = channel;
  return agent && isPresent(agent) && isAgentsCall(model, channel) ? agent.id : null;
}

function waitingIn(queue: Queue | undefined, uniqueId: string): WaitingView | null {
  const caller = queue?.callers.get(uniqueId);
  if (!queue || !caller) return null;
  const place = queue.line.indexOf(caller);
  const own = caller.priority ?? 0;
  const isInOrder = queue.line.every(({ priority }, other) => {
    const known = priority ?? 0;
    return other < place ? known >= own : known <= own;
  });
  return { channel: caller.channel, number: caller.number, name: caller.name, position: place + 1, isInOrder };
}

function membershipsOf(agent: Agent | undefined): Membership[] {
  return agent
    ? membersInOrder(agent).map(({ queue, facts: { memberInterface } }) => ({ queue: queue.name, memberInterface }))
    : [];
}

function setupOf({ agent, queue, facts }: LastMember): MemberSetup {
  const { memberInterface, stateInterface, name, penalty } = facts;
  return {
    queue: queue.name,
    agent: agent.id,
    memberInterface,
    stateInterface: stateInterface === memberInterface ? null : stateInterface,
    name: name === memberInterface ? null : name,
    penalty,
  };
}

function phoneOf(agent: Agent | undefined): string | null {
  if (!agent) return null;
  const hint = hintOf(agent);
  if (hint) return hint.device;
  const devices = [...agent.devices.values()].sort(
    (one, other) => reachRank(one) - reachRank(other) || (one.name < other.name ? -1 : 1),
  );
  if (devices[0]) return devices[0].name;
  for (const { name } of agent.channels) if (otherHalf(name) === undefined) return deviceOfChannel(name);
  return null;
}

/** Of a device whose changes are not reported, nobody knows whether it can be reached. */
function reachRank({ state }: Device): number {
  if (state === null) return 1;
  return statusOfName(state) === "unavailable" ? 2 : 0;
}
