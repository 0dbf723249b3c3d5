/** CM10: the agent's call in progress that a command is about (CM20–CM25). */
import { type Candidate, type Outcome, outcomeFailed } from "@pbxis/shared";
import type { Lookup } from "../model/lookup.ts";
import { callsOf, noCall, type Party, severalCalls } from "./target.ts";

/** The agent's own channel, and those of all who talk to it: in a conference several. */
type Talk = Readonly<{ kind: "talk"; channel: string; others: readonly [string, ...string[]] }>;

export function talkOf(
  party: Party & Readonly<{ agent: string }>,
  lookup: Lookup,
): Talk | Readonly<{ kind: "none"; outcome: Outcome }> {
  const { agent } = party;
  const talks = callsOf(lookup, agent, party).filter(isTalk);
  const [first, ...rest] = talks;
  if (!first) return { kind: "none", outcome: noCall(agent, party) };
  if (rest.some(({ agentChannel }) => agentChannel !== first.agentChannel))
    return { kind: "none", outcome: severalCalls(agent, talks) };
  return {
    kind: "talk",
    channel: first.agentChannel,
    others: [first.bridgedChannel, ...rest.map(({ bridgedChannel }) => bridgedChannel)],
  };
}

function isTalk(call: Candidate): call is Candidate & { bridgedChannel: string } {
  return call.bridgedChannel !== null;
}

/** The agent's call that only rings. */
export function ringOf(
  { of, callId }: Readonly<{ of: string; callId?: string | undefined }>,
  lookup: Lookup,
): Readonly<{ kind: "ring"; channel: string; callerId: string | null }> | Readonly<{ kind: "none"; outcome: Outcome }> {
  const rings = callsOf(lookup, of, { callId }).filter(({ bridgedChannel }) => bridgedChannel === null);
  const [ring, another] = rings;
  if (another) return { kind: "none", outcome: severalCalls(of, rings) };
  if (ring) return { kind: "ring", channel: ring.agentChannel, callerId: ring.callerId };
  return { kind: "none", outcome: outcomeFailed("not_found", `no call rings at agent ${of}`) };
}
