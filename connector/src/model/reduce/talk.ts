/**
 * EV23: whom each agent talks with. Whenever an agent's calls are touched, what the bridges show now is compared with
 * the talks known so far: a talk begins when bridges lead from a channel of the agent to another party, goes on as long
 * as they do, wherever they lead through, and ends when they do not any more (reduce/talk-end.ts).
 *
 * A party that the agent put on hold before going to another bridge is still the agent's: so Asterisk does a
 * consultation. A channel that changes bridges leaves the one first, so a talk whose parties meet again at once goes on.
 */
import { isTalking, otherParties, queueCallOf } from "../state/call.ts";
import { type Changes, markCalls, withdraw } from "../state/changes.ts";
import { isAgentsCall } from "../state/leg.ts";
import { isPresent } from "../state/presence.ts";
import type { Agent, Channel, Model, QueueCall, Talk } from "../state/state.ts";
import { forgetParted, ownHangup, partTalk } from "./talk-end.ts";
import { beginWrapUp, endWrapUps } from "./wrap-up.ts";

/** The agent's channels or their bridges changed. */
export function deriveTalks(model: Model, changes: Changes, agent: Agent): void {
  const { talks } = agent;
  if (isHalfKnown(model, changes)) return;
  const [only] = talks;
  if (only ? isAsBefore(model, only) : !hasTalk(agent)) {
    if (only) noteHold(model, only, only.own.held);
    return;
  }
  const held = new Map<Talk, boolean>();
  for (const own of agent.channels) {
    if (!isTalking(own) || !isAgentsCall(model, own)) continue;
    const talk = connectedTalk(model, changes, agent, own);
    if (talk) held.set(talk, own.held || held.get(talk) === true);
  }
  for (const [talk, isHeld] of held) noteHold(model, talk, isHeld);
  // A consultation first: how it ends depends on the talk that is on hold.
  for (const talk of [...talks].reverse()) if (!held.has(talk)) onDisconnected(model, changes, talk);
}

/** Lists arrive: whose phone a channel is may be in the next one. */
function isHalfKnown({ generation, pending }: Model, { from }: Changes): boolean {
  return from === "list" || (generation === 1 && pending.size > 0);
}

/** Most events about a call leave the agent's only talk as it is. */
function isAsBefore(model: Model, { agent, own, bridge, seenAt, parted }: Talk): boolean {
  if (agent.talks.length > 1 || agent.channels.size > 1 || model.locals.size > 0) return false;
  return parted === null && bridge !== null && own.bridge === bridge && bridge.changedAt === seenAt;
}

function hasTalk({ channels }: Agent): boolean {
  for (const channel of channels) if (isTalking(channel)) return true;
  return false;
}

/** The talk on this channel, begun if it is new. Undefined if the other party is not known (yet). */
function connectedTalk(model: Model, changes: Changes, agent: Agent, own: Channel): Talk | undefined {
  const reached = otherParties(model, own).filter((party) => party.reached);
  const [first] = reached;
  if (!first) return undefined;
  const queueCall = queueCallOf(model, agent, own, first);
  const parties = reached.map(({ channel }) => channel);
  forgetParted(model);
  const known = knownTalk(agent, parties, queueCall);
  // Trunks have agents in name only.
  if (!known && !isPresent(agent)) return undefined;
  const caller = parties.find(({ uniqueId }) => uniqueId === queueCall?.caller);
  const talk = known ?? beginTalk(model, changes, agent, own, caller ?? first.channel);
  talk.party = parties.find(({ uniqueId }) => uniqueId === talk.uniqueId) ?? talk.party;
  if (talk.parted) withdraw(changes, talk.id);
  if (talk.parted || !known) endWrapUps(changes, agent);
  talk.parted = null;
  model.openTalks.delete(talk);
  talk.own = own;
  talk.bridge = own.bridge;
  talk.seenAt = own.bridge?.changedAt ?? 0;
  talk.queue = queueCall?.queue ?? null;
  if (queueCall) talk.uniqueId = queueCall.caller;
  talk.callId = own.linkedId;
  return talk;
}

/** The oldest with one of the parties: in a conference, the talk that began before. */
function knownTalk(agent: Agent, parties: readonly Channel[], queueCall: QueueCall | null): Talk | undefined {
  return agent.talks.find(
    (talk) =>
      talk.uniqueId === queueCall?.caller ||
      parties.some((party) => party === talk.party || party.uniqueId === talk.uniqueId),
  );
}

function beginTalk(model: Model, changes: Changes, agent: Agent, own: Channel, party: Channel): Talk {
  const isSeen = isSeenBeginning(changes, own, party);
  const talk: Talk = {
    id: `agentTalkEnded,${agent.id},${++model.sequence}`,
    agent,
    own,
    bridge: null,
    seenAt: 0,
    party,
    uniqueId: party.uniqueId,
    queue: null,
    callId: own.linkedId,
    since: isSeen ? model.now : null,
    doubtedIn: isSeen ? null : model.generation,
    heldSince: null,
    holdTime: 0,
    parted: null,
  };
  agent.talks.push(talk);
  return talk;
}

/**
 * No list says when a call was answered, or since when two talk. Two that a list reported when both were up may have
 * talked with each other before they meet again, as after a consultation.
 */
function isSeenBeginning({ from }: Changes, own: Channel, party: Channel): boolean {
  return from !== "sweep" && !(own.mayHaveTalked && party.mayHaveTalked);
}

function noteHold(model: Model, talk: Talk, isHeld: boolean): void {
  if (isHeld === (talk.heldSince !== null)) return;
  if (talk.heldSince !== null) talk.holdTime += Math.max(0, model.now - talk.heldSince);
  talk.heldSince = isHeld ? model.now : null;
}

function onDisconnected(model: Model, changes: Changes, talk: Talk): void {
  forgetParted(model);
  if (talk.parted) return;
  model.openTalks.add(talk);
  if (isOnHoldElsewhere(model, talk)) {
    talk.bridge = null;
    return;
  }
  partTalk(model, changes, talk);
  const { agent, queue } = talk;
  const isFree = agent.talks.every((one) => one.parted);
  if (queue !== null && isFree && changes.from !== "sweep") beginWrapUp(model, changes, agent, queue);
}

/** The agent is in a consultation, or has just left for one. A party that is parked waits for somebody else. */
function isOnHoldElsewhere(model: Model, talk: Talk): boolean {
  const { own, party, agent, heldSince } = talk;
  if (heldSince === null || own.agent !== agent || ownHangup(talk) > 0 || party.bridge?.holding) return false;
  return model.channels.has(own.uniqueId) && model.channels.has(party.uniqueId);
}

/** To be called when a channel has ended or is parked: the party of a talk that is apart has no connection to its agent. */
export function markTalksWith(model: Model, changes: Changes, channel: Channel): void {
  for (const talk of model.openTalks) if (talk.party === channel && !talk.parted) markCalls(changes, talk.agent);
}

/** To be called when there is a new connection to AMI: the agents may have held and resumed meanwhile. */
export function doubtHolds({ agents, generation }: Model): void {
  for (const { talks } of agents.values()) for (const talk of talks) talk.doubtedIn ??= generation;
}

/** To be called once all lists are complete. */
export function markTalks(model: Model, changes: Changes): void {
  changes.from = "sweep";
  for (const agent of model.agents.values())
    if (agent.talks.length > 0 || agent.channels.size > 0) markCalls(changes, agent);
}
