/** The actual state of the simulated PBX as plain data, for comparison with a model. */
import type { ExtensionState } from "@pbxis/shared";
import { type Agent, type Channel, type PbxState, partyOf } from "./state.ts";

export type Truth = Readonly<{
  queues: Readonly<Record<string, QueueTruth>>;
  agents: Readonly<Record<string, AgentTruth>>;
  /** The parked callers' numbers by parking space. */
  parked: Readonly<Record<string, string>>;
}>;
/** `callers`: who waits, in order (EV20), since when (ms, by the PBX's clock), and whom the queue rings for each. */
type QueueTruth = Readonly<{
  waiting: number;
  callers: readonly Readonly<{ uniqueId: string; joinedAt: number; ringing: readonly string[] }>[];
  members: Readonly<Record<string, MemberTruth>>;
}>;
type MemberTruth = Readonly<{ paused: boolean; reason: string; penalty: number }>;
/**
 * `status`: EV2, including holds by the agent's own phone. `number`, `recording`: EV4. `supervises`: EV21, whom the
 * agent's phone listens to.
 */
type AgentTruth = Readonly<{
  status: ExtensionState;
  number: string | null;
  recording: "on" | "paused" | null;
  supervises: string | null;
}>;

export function truthOf(state: PbxState): Truth {
  const queues = [...state.queues.values()].map((queue) => {
    const members = queue.members.map(({ agent, isPaused: paused, pausedReason: reason, penalty }) => [
      agent.id,
      { paused, reason, penalty },
    ]);
    const callers = queue.waiting.map(({ channel, joinedAt, rings }) => ({
      uniqueId: channel.uniqueId,
      joinedAt,
      ringing: rings.map(({ member }) => member.agent.id),
    }));
    return [queue.name, { waiting: queue.waiting.length, callers, members: Object.fromEntries(members) }];
  });
  const agents = [...state.agents.values()].map((agent) => {
    const [channel] = agent.device.channels;
    return [
      agent.id,
      {
        ...phoneOf(state, agent),
        recording: recordingOf(channel),
        supervises: channel?.spy?.target.device.agent?.id ?? null,
      },
    ];
  });
  const parked = [...state.parked.values()].map(({ space, channel }) => [space, channel.callerNumber]);
  return { queues: Object.fromEntries(queues), agents: Object.fromEntries(agents), parked: Object.fromEntries(parked) };
}

/** EV2, EV4. */
export function phoneOf(state: PbxState, agent: Agent): Pick<AgentTruth, "status" | "number"> {
  const [channel] = agent.device.channels;
  return { status: agent.isRegistered ? statusOf(channel) : "unavailable", number: numberOf(state, channel) };
}

function statusOf(channel: Channel | undefined): ExtensionState {
  if (!channel) return "not_inuse";
  if (channel.state === 5) return "ringing";
  const party = partyOf(channel);
  return party && (channel.holds || party.holds) ? "onhold" : "inuse";
}

/** Whom the channel talks to: through a Local channel it is who talks to the other half, such as a transferred caller. */
function otherEndOf(channel: Channel): Channel | undefined {
  const party = partyOf(channel);
  return (party?.otherHalf && otherEndOf(party.otherHalf)) ?? party;
}

/** A phone that rings for a queue shows the caller; any other call shows when it is answered. */
function numberOf(state: PbxState, channel: Channel | undefined): string | null {
  if (!channel) return null;
  const party = otherEndOf(channel);
  if (party) return party.callerNumber;
  for (const call of state.calls)
    if (call.rings.some((ring) => ring.channel === channel)) return call.channel.callerNumber;
  return null;
}

function recordingOf(channel: Channel | undefined): "on" | "paused" | null {
  const party = channel && otherEndOf(channel);
  const states = [party, channel].flatMap((one) => (one && party && one.recording !== null ? one.recordingState : []));
  if (states.includes("on")) return "on";
  return states.includes("paused") ? "paused" : null;
}
