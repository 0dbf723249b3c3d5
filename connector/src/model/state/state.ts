/**
 * The model of one PBX: everything that the state events (EV1–EV5, EV9) are projected from. It is changed in place by `reduce` and by
 * nothing else; its maps hold what exists now, so that their sizes are bounded by the PBX, not by time. The exceptions state
 * their maximum.
 */
import type { AgentId, MemberState, QueueName } from "@pbxis/shared";
import { type MemberFacts, type RegenerationList, regenerationLists } from "../../ami/event/event.ts";
import { BoundedMap } from "../../util/bounded-map.ts";
import type { AgentRule } from "./agent.ts";
import { agentStates, type memberStates, type queueStates } from "./state-ref.ts";

/** `touched` is the regeneration in which something was last told; what a regeneration did not touch is swept away. */
type Touched = { touched: number };

/** A caller who waits. `abandoned` between Asterisk's QueueCallerAbandon and the QueueCallerLeave that follows it. */
export type Caller = Touched & { uniqueId: string; joinedAt: number; abandoned: boolean };

/** A queue's own counts; `completedInLevel` is what serviceLevelPerf is computed from. Times in seconds. */
export type QueueStats = {
  completed: number;
  completedInLevel: number;
  abandoned: number;
  serviceLevel: number;
  holdTime: number;
  talkTime: number;
};

export type Queue = Touched & {
  name: QueueName;
  states: ReturnType<typeof queueStates>;
  callers: Map<string, Caller>;
  /** Asterisk's own count, which knows callers that we never saw. */
  count: number;
  members: Map<string, Member>;
  stats: QueueStats;
  /** When (in `sequence`) Asterisk told `stats`. */
  statsAt: number;
};

/**
 * EV3: an interface in a queue. `shown` is the status told to clients, begun at `since` (ms). `byDevice`: `facts.status` is what its device said
 * since a list told it (told-by-device.ts).
 */
export type Member = Touched & {
  queue: Queue;
  agent: Agent;
  states: ReturnType<typeof memberStates>;
  facts: MemberFacts;
  byDevice: boolean;
  shown: MemberState;
  since: number;
};

/**
 * `device` is the phone that the hint watches, the first of its devices. `isSole`: it watches nothing else, and that phone tells its states itself
 * (told-by-device.ts). `byDevice`: it did since a list told `status`, so that its own word counts.
 */
export type Hint = Touched & {
  key: string;
  exten: string;
  device: string;
  isSole: boolean;
  agent: Agent;
  status: number;
  byDevice: boolean;
};
export type Device = Touched & { name: string; agent: Agent; state: string };

/** Whatever is known of one agent, in sets of the records themselves. */
export type Agent = {
  id: AgentId;
  states: ReturnType<typeof agentStates>;
  members: Set<Member>;
  hints: Map<string, Hint>;
  devices: Map<string, Device>;
  channels: Set<Channel>;
  /** EV2: the active call is on hold. Kept so that a change is noticed. */
  onHold: boolean;
};

/**
 * The queue call that a channel serves: which queue, and the Uniqueid of the channel that waited there. `served` is found once the agent
 * talks (served.ts).
 */
export type QueueCall = Readonly<{ queue: QueueName; caller: string }> & { served: ServedCall | null };

export type Channel = Touched & {
  name: string;
  uniqueId: string;
  linkedId: string;
  callerNumber: string | null;
  callerName: string | null;
  connectedNumber: string | null;
  connectedName: string | null;
  /** When (in `sequence`) Asterisk last told the connected line itself, not merely along with something else. */
  connectedAt: number;
  agent: Agent | null;
  bridge: Bridge | null;
  /** When (in `sequence`) it entered its bridge. */
  enteredAt: number;
  held: boolean;
  /** Rung by a queue and not yet talking: the caller's number and name. */
  ring: Readonly<{ number: string | null; name: string | null }> | null;
  queueCall: QueueCall | null;
  /** When (in `sequence`) this channel's call last came to the fore: it rang, was bridged or taken off hold (EV13). */
  shownAt: number;
  /** A list made it known: it began before our time. */
  fromList: boolean;
  /** Told by lists: this channel is in `Queue()` itself (its name), or was dialed by a queue. */
  waitsIn: string | null;
  dialedByQueue: boolean;
};

export type Bridge = {
  id: string;
  /** Parking and waiting rooms: who is in there talks to nobody. */
  holding: boolean;
  channels: Set<Channel>;
};

/** A caller who left a queue without abandoning: answered, most likely. Or one whom only a list told us of, then without a time. */
export type ServedCall = {
  /** The Uniqueid of the caller's channel. */
  caller: string;
  queue: QueueName;
  answeredAt: number | null;
  /** When (in `sequence`) the caller left; a QueueParams told later has the call's hold time already. */
  leftAt: number;
  /** Its AgentComplete was told: the channels may end only after it, and the call is then over already. */
  completed: boolean;
  /** Who answered, known once he talks. */
  agent: AgentId | null;
  linkedId: string;
  /** EV6: when the agent was rid of the call (ms), null while he has it; and when in `sequence`. */
  agentLeftAt: number | null;
  agentLeftIn: number;
};

/** `path` null: asked, and there is none. `announced`: named by VarSet, and its MixMonitorStart is still to come. */
export type Recording = Readonly<{ path: string | null; announced: boolean }>;

export type Model = {
  readonly rule: AgentRule;
  readonly queues: Map<string, Queue>;
  readonly agents: Map<string, Agent>;
  readonly hints: Map<string, Hint>;
  readonly devices: Map<string, Device>;
  /** The members whose state a device tells, by that device. */
  readonly followers: Map<string, Set<Member>>;
  readonly channels: Map<string, Channel>;
  /** Local channels by name, to find the other half. */
  readonly locals: Map<string, Channel>;
  readonly bridges: Map<string, Bridge>;
  /** By the caller's Uniqueid, oldest first. AgentComplete does not come for everyone, and may come before the channels' end. */
  readonly served: BoundedMap<string, ServedCall[]>;
  /** Recordings by the channel's Uniqueid, and which channel of a call (Linkedid) is recorded; AgentComplete may come late. */
  readonly recordings: BoundedMap<string, Recording>;
  readonly recordedChannels: BoundedMap<string, string>;
  /**
   * Hangup causes of the Uniqueids that ended lately: an event that straggles behind its channel's Hangup must not bring the channel
   * back.
   */
  readonly ended: BoundedMap<string, number>;
  /** EV7: ActionIDs of originated calls that failed for a reason still to be told by a Hangup. */
  readonly failedOriginates: BoundedMap<string, true>;
  /** Counts the regenerations. */
  generation: number;
  /** Pause devices of members that were removed: they say once more that nobody is paused, and that is no news. */
  readonly removedMembers: BoundedMap<string, true>;
  /** What pause devices said (unannounced.ts), by device, until it is compared. */
  readonly pauseNotes: Map<string, { isPaused: boolean; isRipe: boolean }>;
  /** The lists not yet complete. Nothing is told before the first regeneration is through. */
  readonly pending: Set<RegenerationList>;
  /** An order of happening, for lack of a clock finer than a millisecond. */
  sequence: number;
  /** `sequence` at the beginning of the last regeneration. */
  regeneratedAt: number;
  /** Time (ms) of the last event. */
  now: number;
};

export function createModel(rule: AgentRule): Model {
  return {
    rule,
    queues: new Map(),
    agents: new Map(),
    hints: new Map(),
    devices: new Map(),
    followers: new Map(),
    channels: new Map(),
    locals: new Map(),
    bridges: new Map(),
    served: new BoundedMap(5000),
    recordings: new BoundedMap(10_000),
    recordedChannels: new BoundedMap(10_000),
    ended: new BoundedMap(1000),
    failedOriginates: new BoundedMap(1000),
    generation: 0,
    removedMembers: new BoundedMap(1000),
    pauseNotes: new Map(),
    pending: new Set(regenerationLists),
    sequence: 0,
    regeneratedAt: 0,
    now: 0,
  };
}

/** The agent's record, made if need be; it says nothing yet about whether the agent exists (see presence.ts). */
export function agentRecord(model: Model, id: AgentId): Agent {
  let agent = model.agents.get(id);
  if (!agent) {
    const [members, channels] = [new Set<Member>(), new Set<Channel>()];
    agent = { id, states: agentStates(id), members, hints: new Map(), devices: new Map(), channels, onHold: false };
    model.agents.set(id, agent);
  }
  return agent;
}
