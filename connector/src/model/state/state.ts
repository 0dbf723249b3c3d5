/**
 * The model of one PBX: everything that the published states (EV1–EV5, EV9, EV20, EV22) are computed from. Only `reduce`
 * changes it, in place. Its maps hold what exists now, so the PBX bounds their sizes, not time. The maps that could
 * grow with time state their maximum.
 */
import type { AgentId, MemberState, QueueName } from "@pbxis/shared";
import type { MemberFacts, RegenerationList } from "../../ami/event/event.ts";
import type { BoundedMap } from "../../util/bounded-map.ts";
import type { AgentRule } from "./agent.ts";
import type { InCall } from "./in-call.ts";
import type { ServedCall } from "./served-call.ts";
import type { ModelSettings } from "./settings.ts";
import type { agentStates, memberStates, queueStates, StateRef } from "./state-ref.ts";
import type { Ring, Wait } from "./wait.ts";

/** `seenIn` is the regeneration in which a record was last seen. The end of a list sweeps those that it did not see. */
type Swept = { seenIn: number };

/**
 * A waiting caller. `abandoned` is set between Asterisk's QueueCallerAbandon and the QueueCallerLeave that follows it.
 * `priority` is null until a list has shown it.
 */
export type Caller = Swept & Wait & { readonly joinedAt: number; abandoned: boolean; priority: number | null };

/** A queue's counts. serviceLevelPerf is computed from `completedInLevel`. Times in seconds. */
export type QueueStats = {
  completed: number;
  completedInLevel: number;
  abandoned: number;
  serviceLevel: number;
  holdTime: number;
  talkTime: number;
};

export type Queue = Swept & {
  name: QueueName;
  states: ReturnType<typeof queueStates>;
  callers: Map<string, Caller>;
  /** The same callers, first those who are next (reduce/line.ts). */
  line: Caller[];
  /** Asterisk's own count, which includes callers that the connector never saw. */
  count: number;
  members: Map<string, Member>;
  stats: QueueStats;
  /** The `sequence` at which a list last reported `stats`. */
  statsAt: number;
};

/**
 * EV3: an interface in a queue.
 *
 * `byDevice`: `facts.status` comes from the member's device, which has reported a state since the last list (followers
 * in reduce/member.ts).
 */
export type Member = Swept & {
  kind: "member";
  queue: Queue;
  agent: Agent;
  states: ReturnType<typeof memberStates>;
  facts: MemberFacts;
  byDevice: boolean;
  /** Derived (reduce/derive.ts): the published status, and when it began (ms). */
  shown: MemberState;
  since: number;
  /** EV3, in ms. */
  wrapUpUntil: number | null;
};

/** A membership that ended. It holds names instead of records, which would keep records alive that are dropped. */
export type LastMember = Readonly<{
  agent: Readonly<{ id: AgentId }>;
  queue: Readonly<{ name: QueueName }>;
  facts: MemberFacts;
}>;

/** The key of `lastMembers`. Ids of agents contain no line break. */
export function lastMemberKey(agent: string, queue: string): string {
  return `${agent}\n${queue}`;
}

/**
 * `text` is the hint as Asterisk reports it. `device` is the phone that it watches: the first of its `devices`.
 * `isSole`: the hint watches nothing else, and the phone's state is reported by `DeviceStateChange`
 * (ami/event/narrowing.ts). `byDevice`: it has been since a list reported `status`, so the device's state counts.
 */
export type Hint = Swept & {
  key: string;
  exten: string;
  text: string;
  device: string;
  devices: readonly string[];
  isSole: boolean;
  agent: Agent;
  status: number;
  byDevice: boolean;
};
/**
 * `state` is null for a device whose changes AMI's filters leave out (ami/event/narrowing.ts). A list reports such a
 * device once, and what it says soon is outdated.
 */
export type Device = Swept & { name: string; agent: Agent; state: string | null };

/** Everything known of one agent, in sets of the records themselves. */
export type Agent = {
  kind: "agent";
  id: AgentId;
  states: ReturnType<typeof agentStates>;
  members: Set<Member>;
  hints: Map<string, Hint>;
  devices: Map<string, Device>;
  channels: Set<Channel>;
  /** Derived (reduce/derive.ts), EV2: the active call is on hold. */
  onHold: boolean;
  /** Derived, EV23: oldest first. */
  talks: Talk[];
};

/**
 * The queue call that a channel serves. `caller` is the Uniqueid of the channel that waited in the queue; `served` is
 * looked up when needed. `bridge` is the id of the bridge in which the call was answered, null before.
 */
export type QueueCall = Readonly<{ queue: QueueName; caller: string }> & {
  served: ServedCall | null;
  bridge: string | null;
};

export type Channel = Swept & {
  name: string;
  uniqueId: string;
  linkedId: string;
  callerNumber: string | null;
  callerName: string | null;
  connectedNumber: string | null;
  connectedName: string | null;
  /**
   * The `sequence` of the last event about the connected line itself. Other events repeat the connected line, but may
   * be outdated.
   */
  connectedAt: number;
  agent: Agent | null;
  /** An agent who has the call on the phone of another: it took the place of that agent's Local channel. */
  guest: Agent | null;
  bridge: Bridge | null;
  /** The `sequence` at which it entered its bridge. */
  enteredAt: number;
  held: boolean;
  /** While a queue rings the channel and it does not talk yet: the caller's number and name, and since when (ms). */
  ring: Readonly<{ number: string | null; name: string | null; since: number }> | null;
  queueCall: QueueCall | null;
  /** Of a Local channel: the agent's own phone was behind it, and has left the call (state/leg.ts). */
  phoneLeft: boolean;
  /** Of a Local channel: the lists showed that no phone is behind it (reduce/empty-leg.ts). */
  isEmpty: boolean;
  /**
   * Of a Local channel that a queue or an originate rang: nothing was connected behind it yet, or the first phone that
   * was, whatever its name (reduce/leg-phone.ts).
   */
  awaitsPhone: boolean;
  phone: Channel | null;
  /** Of such a channel: another agent was the first to answer. */
  isAnothers: boolean;
  /**
   * The `sequence` at which this channel's call last came to the fore: it rang, was bridged or was taken off hold
   * (EV13).
   */
  shownAt: number;
  /** A list reported it first: it began before the connection. */
  fromList: boolean;
  /** A list reported it first, when it was up: it may have talked with anybody. */
  mayHaveTalked: boolean;
  /** The `sequence` at which its own party hung up first, 0 before. */
  hungUpAt: number;
  /** Known from lists: the queue in whose `Queue()` the channel waits, and whether a queue dialed it. */
  waitsIn: string | null;
  dialedByQueue: boolean;
};

export type Bridge = {
  id: string;
  /** A parking lot, or a waiting room such as that of the agent pool: its channels do not talk to each other. */
  holding: boolean;
  /** An event has said whether it is holding. No list does (reduce/listed-channel.ts). */
  isTyped: boolean;
  channels: Set<Channel>;
  /** The `sequence` at which a channel last entered or left, or became known as a queue's call. */
  changedAt: number;
};

/**
 * EV23: an agent's talk with one other party (reduce/talk.ts, reduce/talk-end.ts).
 *
 * | the talk is | means                                                         | leaves it                            |
 * |-------------|---------------------------------------------------------------|--------------------------------------|
 * | connected   | bridges lead from a channel of the agent to the other party   | they do not any more → parted, apart |
 * | apart       | the agent put the other on hold and went to another bridge    | they do again → connected; one of    |
 * |             | (a consultation)                                              | both ends → parted                   |
 * | parted      | its end may be corrected for a moment        | they do again at once → connected    |
 */
export type Talk = {
  /** No other talk of this model has it. */
  readonly id: string;
  readonly agent: Agent;
  /** The agent's channel, and its bridge; null while apart. */
  own: Channel;
  bridge: Bridge | null;
  /** `bridge.changedAt` when this talk was last looked at. */
  seenAt: number;
  party: Channel;
  uniqueId: string;
  queue: QueueName | null;
  callId: string;
  /** Times in ms. Null if nobody saw the talk begin; at its end Asterisk may say it. */
  since: number | null;
  /** The regeneration that followed the first time without AMI, in which holds may have been missed; null without one. */
  doubtedIn: number | null;
  heldSince: number | null;
  holdTime: number;
  parted: Parted | null;
};

/** `ownEnded`: the agent's channel has ended. `reason`: who hung up first, if that is known. */
type Parted = { readonly at: number; readonly reason: "caller" | "agent" | "transfer" | null; ownEnded: boolean };

/** EV22: a call in a parking space. `uniqueId` is that of the parked channel, `since` in ms. */
export type ParkedCall = Swept &
  Readonly<{
    state: StateRef;
    parkingLot: string;
    parkingSpace: string;
    channel: string;
    uniqueId: string;
    callerId: string | null;
    since: number;
  }>;

/**
 * `path` is null if Asterisk was asked and has none. `announced`: a VarSet named it, and its MixMonitorStart is still
 * to come.
 */
type Recording = Readonly<{ path: string | null; announced: boolean }>;

export type Model = {
  readonly rule: AgentRule;
  readonly settings: ModelSettings;
  readonly queues: Map<string, Queue>;
  readonly agents: Map<string, Agent>;
  readonly hints: Map<string, Hint>;
  readonly devices: Map<string, Device>;
  /** The members that take their status from a device, by that device. */
  readonly followers: Map<string, Set<Member>>;
  readonly channels: Map<string, Channel>;
  /** The queue in which a channel waits, by its Uniqueid. */
  readonly waiting: Map<string, Queue>;
  /** The waits that ended lately, by the caller's Uniqueid. */
  readonly pastWaits: BoundedMap<string, Wait>;
  /** By the rung channel's Uniqueid. */
  readonly rings: Map<string, Ring>;
  /** EV23: the talks that are apart, or whose end may be corrected; and those that ended lately, by agent and Uniqueid. */
  readonly openTalks: Set<Talk>;
  readonly pastTalks: BoundedMap<string, Readonly<{ talk: Talk; at: number; isUnseen: boolean }>>;
  /** Local channels by name, to find the other half. */
  readonly locals: Map<string, Channel>;
  readonly bridges: Map<string, Bridge>;
  /** By the key of their state. */
  readonly parkedCalls: Map<string, ParkedCall>;
  /**
   * By the caller's Uniqueid, oldest first. Not every call gets an AgentComplete, and it may come before the channels'
   * end.
   */
  readonly served: BoundedMap<string, ServedCall[]>;
  /**
   * Recordings by the channel's Uniqueid, and the recorded channel of a call by its Linkedid. AgentComplete may come
   * late.
   */
  readonly recordings: BoundedMap<string, Recording>;
  readonly recordedChannels: BoundedMap<string, string>;
  /**
   * Hangup causes by Uniqueid of channels that ended recently. An event that arrives after the Hangup must not bring
   * the channel back.
   */
  readonly ended: BoundedMap<string, number>;
  /** EV7: ActionIDs of originated calls that failed for a reason that a Hangup may still report. */
  readonly failedOriginates: BoundedMap<string, true>;
  readonly inCall: InCall;
  /** The number of the current regeneration. */
  generation: number;
  /** Pause devices of members that were removed. Each reports once more that it is not in use, which is no change. */
  readonly removedMembers: BoundedMap<string, true>;
  /** How agents were members of queues that they left, the latest per agent and queue (CM4). */
  readonly lastMembers: BoundedMap<string, LastMember>;
  /** States that pause devices reported (reduce/unannounced.ts), by device, until they are compared with the model. */
  readonly pauseNotes: Map<string, { isPaused: boolean; isRipe: boolean }>;
  /** The lists that are not complete yet. No state is published before the first regeneration is complete. */
  readonly pending: Set<RegenerationList>;
  /** Counts up to order what happens, because a clock in ms is too coarse for that. */
  sequence: number;
  /** The `sequence` at the beginning of the last regeneration. */
  regeneratedAt: number;
  /** The time (ms) of the event that is reduced, or was last; and when AMI was lost last, in which generation. */
  now: number;
  lostAt: Readonly<{ at: number; generation: number }> | null;
};
