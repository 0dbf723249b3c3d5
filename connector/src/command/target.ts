/** CM10: the channel that a command about a call means, and whether the client's authorised scope covers it. */
import { type Candidate, type Outcome, outcomeFailed, type Reach } from "@pbxis/shared";
import type { ChannelView, Lookup } from "../model/lookup.ts";

/** `counterpart` is the channel that talks to it; null if none or several do. */
export type Target =
  | Readonly<{ kind: "target"; channel: string; counterpart: string | null }>
  | Readonly<{ kind: "none"; outcome: Outcome }>;

export type Party = Readonly<{
  agent?: string | undefined;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
}>;

/** The channel to transfer or park: the agent's other party, or the named channel. */
export function partyToMove(party: Party, reach: Reach, lookup: Lookup): Target {
  const { agent, channel } = party;
  if (agent !== undefined) {
    const talks = callsOf(lookup, agent, party).filter(({ bridgedChannel }) => bridgedChannel !== null);
    return talks.length === 0 ? none(noCall(agent, party)) : onlyTalk(talks, agent);
  }
  const named = namedChannel(channel, reach, lookup);
  if (named.kind === "none") return named;
  const { view } = named;
  const [other] = view.parties;
  if (!other) return target(view.channel, null);
  // The agent's side of a call with somebody who is not an agent: as if the agent were named.
  if (view.owner !== null && view.parties.every(({ owner }) => owner === null))
    return onlyTalk(talksWith(lookup, view.owner, view.channel), view.owner, {
      channel: other.channel,
      own: view.channel,
    });
  return target(view.channel, view.parties.length === 1 ? other.channel : null);
}

/** The channel to hang up: the agent's side of the only call, which may still ring, or the named channel. */
export function channelToHangUp(party: Party, reach: Reach, lookup: Lookup): Target {
  const { agent, channel } = party;
  if (agent !== undefined) {
    const calls = callsOf(lookup, agent, party);
    const own = [...new Set(calls.map(({ agentChannel }) => agentChannel))];
    const [first] = own;
    if (first === undefined) return none(noCall(agent, party));
    return own.length > 1 ? none(severalCalls(agent, calls)) : target(channel ?? first, null);
  }
  const named = namedChannel(channel, reach, lookup);
  return named.kind === "none" ? named : target(named.view.channel, null);
}

/** A channel that the model does not know may be anyone's, so only a client with all agents in scope may name it. */
function namedChannel(
  channel: string | undefined,
  { agents }: Reach,
  lookup: Lookup,
): Readonly<{ kind: "named"; view: ChannelView }> | Readonly<{ kind: "none"; outcome: Outcome }> {
  if (channel === undefined) return none(outcomeFailed("bad_request", "agent or channel is required"));
  const view = lookup.channel(channel);
  if (!view && agents !== "*") return none(outcomeFailed("not_found", `there is no call with the channel ${channel}`));
  if (view && agents !== "*" && !view.agents.some((agent) => agents.includes(agent)))
    return none(outcomeFailed("forbidden", `the channel ${channel} does not belong to an agent that the token allows`));
  return { kind: "named", view: view ?? { channel, owner: null, agents: [], parties: [] } };
}

/** The agent's calls, of which each field that the client names must hold. */
export function callsOf(lookup: Lookup, agent: string, { channel, callId, uniqueId }: Party): readonly Candidate[] {
  return lookup
    .callsOf(agent)
    .filter(
      (call) =>
        (channel === undefined || isIn(call, channel)) &&
        (callId === undefined || call.callId === callId) &&
        (uniqueId === undefined || call.uniqueId === uniqueId),
    );
}

function talksWith(lookup: Lookup, agent: string, channel: string): readonly Candidate[] {
  return callsOf(lookup, agent, { channel }).filter(({ bridgedChannel }) => bridgedChannel !== null);
}

function isIn({ agentChannel, bridgedChannel }: Candidate, channel: string): boolean {
  return channel === agentChannel || channel === bridgedChannel;
}

type Sides = Readonly<{ channel: string; own: string }>;

/**
 * `otherwise` is used if none of the agent's calls has the named channel, such as one half of a Local channel to the
 * phone.
 */
function onlyTalk(talks: readonly Candidate[], agent: string, otherwise?: Sides): Target {
  const [talk, another] = talks;
  if (another) return none(severalCalls(agent, talks));
  if (talk?.bridgedChannel) return target(talk.bridgedChannel, talk.agentChannel);
  return otherwise ? target(otherwise.channel, otherwise.own) : none(noCall(agent, {}));
}

function target(channel: string, counterpart: string | null): Target {
  return { kind: "target", channel, counterpart };
}

function none(outcome: Outcome): Readonly<{ kind: "none"; outcome: Outcome }> {
  return { kind: "none", outcome };
}

/** Whether the client names the call that it has seen, so that no other one is meant. */
export function namesCall({ callId, uniqueId }: Party): boolean {
  return callId !== undefined || uniqueId !== undefined;
}

export function noCall(agent: string, party: Party): Outcome {
  const message = namesCall(party)
    ? `agent ${agent} no longer has this call; nothing was done`
    : `agent ${agent} has no such call`;
  return outcomeFailed("not_found", message);
}

export function severalCalls(agent: string, calls: readonly Candidate[]): Outcome {
  return outcomeFailed("several_calls", `agent ${agent} has several calls: name one of the channels`, {
    candidates: [...calls],
  });
}
