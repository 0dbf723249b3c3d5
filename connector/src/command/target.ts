/** CM10: the channel that a command about a call means, and whether the client's authorised scope covers it. */
import { type Candidate, type Outcome, outcomeFailed, type Reach } from "@pbxis/shared";
import type { ChannelView, Lookup } from "../model/lookup.ts";

/** `counterpart` is the channel that talks to it; null if none or several do. */
export type Target =
  | Readonly<{ kind: "target"; channel: string; counterpart: string | null }>
  | Readonly<{ kind: "none"; outcome: Outcome }>;

type Party = Readonly<{ agent?: string | undefined; channel?: string | undefined }>;

/** The channel to transfer or park: the agent's other party, or the named channel. */
export function partyToMove({ agent, channel }: Party, reach: Reach, lookup: Lookup): Target {
  if (agent !== undefined) return onlyTalk(talksOf(lookup, agent, channel), agent);
  const named = namedChannel(channel, reach, lookup);
  if (named.kind === "none") return named;
  const { view } = named;
  const [party] = view.parties;
  if (!party) return target(view.channel, null);
  // The agent's side of a call with somebody who is not an agent: as if the agent were named.
  if (view.owner !== null && view.parties.every(({ owner }) => owner === null))
    return onlyTalk(talksOf(lookup, view.owner, view.channel), view.owner, {
      channel: party.channel,
      own: view.channel,
    });
  return target(view.channel, view.parties.length === 1 ? party.channel : null);
}

/** The channel to hang up: the agent's side of the only call, which may still ring, or the named channel. */
export function channelToHangUp({ agent, channel }: Party, reach: Reach, lookup: Lookup): Target {
  if (agent !== undefined) {
    const calls = lookup.callsOf(agent).filter((call) => channel === undefined || isIn(call, channel));
    const own = [...new Set(calls.map(({ agentChannel }) => agentChannel))];
    const [first] = own;
    if (first === undefined) return none(noCall(agent));
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

function talksOf(lookup: Lookup, agent: string, channel: string | undefined): readonly Candidate[] {
  return lookup
    .callsOf(agent)
    .filter((call) => call.bridgedChannel !== null && (channel === undefined || isIn(call, channel)));
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
  return otherwise ? target(otherwise.channel, otherwise.own) : none(noCall(agent));
}

function target(channel: string, counterpart: string | null): Target {
  return { kind: "target", channel, counterpart };
}

function none(outcome: Outcome): Readonly<{ kind: "none"; outcome: Outcome }> {
  return { kind: "none", outcome };
}

function noCall(agent: string): Outcome {
  return outcomeFailed("not_found", `agent ${agent} has no such call`);
}

function severalCalls(agent: string, calls: readonly Candidate[]): Outcome {
  return outcomeFailed("several_calls", `agent ${agent} has several calls: name one of the channels`, {
    candidates: [...calls],
  });
}
