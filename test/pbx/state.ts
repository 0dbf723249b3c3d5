/** The state of a simulated PBX. The other files change it and emit what Asterisk would send. */
import type { Packet } from "./packet.ts";

/** `busy`: 486 at once. `decline`: 603 after `afterMs` of ringing. `noAnswer`: rings until the caller gives up. */
export type Behaviour =
  | Readonly<{ kind: "answer" | "decline"; afterMs: number }>
  | Readonly<{ kind: "busy" | "noAnswer" }>;

/** What a channel's phone does next, and at what time (ms). */
export type Due = Readonly<{ at: number; act: "answer" | "busy" | "decline" | "hangUp" }>;

export type QueueConfig = Readonly<{
  name: string;
  /** The dialplan's extension of the queue. */
  exten: string;
  strategy: "ringall" | "rrmemory";
  /** When the dialplan starts a recording: before the call enters the queue, or when it is answered. */
  monitor: "before" | "answered" | null;
  members: readonly string[];
}>;
export type AgentConfig = Readonly<{ id: string; name: string }>;

/** In ms. */
type Span = Readonly<{ from: number; until: number }>;

/** Asterisk's channel states. */
export const channelState = { down: 0, ring: 4, ringing: 5, up: 6 } as const;

export type Channel = {
  readonly name: string;
  readonly uniqueId: string;
  readonly device: Device;
  readonly createdAt: number;
  /** The Uniqueid and the serial number of the oldest channel of this call. */
  linkedId: string;
  linkedSerial: number;
  state: number;
  callerNumber: string;
  callerName: string;
  connectedNumber: string | null;
  connectedName: string | null;
  context: string;
  exten: string;
  priority: number;
  application: string;
  applicationData: string;
  bridge: Bridge | null;
  /** Its own party has hung up. */
  hasHungUp: boolean;
  /** Whether this channel holds the other party. */
  holds: boolean;
  /** EV23: since when (ms) the channel talks with the one of this Uniqueid, and when it held it. */
  talk: Readonly<{ party: string; since: number; held: readonly Span[] }> | null;
  recording: string | null;
  /** Of its recording. */
  recordingState: "on" | "paused" | "stopped";
  /** What its own party says is not passed on. */
  isMuted: boolean;
  /** The other half of a Local channel. Null for a phone's or a trunk's. */
  otherHalf: Channel | null;
  /** The channel that it listens to (ChanSpy), and how. */
  spy: { target: Channel; mode: "listen" | "whisper" | "barge" } | null;
  /** The channel variables. */
  readonly variables: Map<string, string>;
  /** What its phone is scripted to do next. */
  due: Due | null;
};

export type Bridge = { readonly id: string; readonly type: "basic" | "parking"; readonly channels: Channel[] };

/** A phone or a trunk, with its last published state. */
export type Device = {
  readonly name: string;
  readonly agent: Agent | null;
  readonly channels: Channel[];
  publishedState: DeviceState;
};
export type DeviceState = "NOT_INUSE" | "INUSE" | "RINGING" | "ONHOLD" | "UNAVAILABLE";

export type Agent = {
  readonly id: string;
  readonly name: string;
  readonly memberInterface: string;
  device: Device;
  isRegistered: boolean;
};

export type Member = {
  readonly agent: Agent;
  readonly queue: Queue;
  readonly name: string;
  readonly isDynamic: boolean;
  readonly loginTime: number;
  penalty: number;
  callsTaken: number;
  lastCall: number;
  lastPause: number;
  isPaused: boolean;
  pausedReason: string;
};

/** A call in a queue, from joining until the caller hangs up; `served` is set when an agent answers. */
export type QueueCall = {
  readonly queue: Queue;
  readonly channel: Channel;
  readonly joinedAt: number;
  rings: { member: Member; channel: Channel }[];
  /** When the queue rings members again (ms). */
  ringAt: number;
  /** Among those who wait; a higher one comes first. */
  priority: number;
  served: Served | null;
};
export type Served = {
  readonly member: Member;
  readonly channel: Channel;
  readonly answeredAt: number;
  readonly holdTime: number;
  readonly inServiceLevel: boolean;
  /** The caller was moved to another destination: Asterisk sends AgentComplete only when the caller hangs up. */
  readonly callerMoved: boolean;
};

export type Queue = {
  readonly config: QueueConfig;
  readonly name: string;
  members: Member[];
  waiting: QueueCall[];
  lastRung: string | null;
  completed: number;
  completedInServiceLevel: number;
  abandoned: number;
  holdTime: number;
  talkTime: number;
};

/** A dialed phone (`to`) that rings until `until` (ms), and the channel that waits for it (`from`). */
type Dial = { readonly from: Channel; readonly to: Channel; readonly until: number };

/** The parameters of an Originate. Null: not given. */
export type OriginateRequest = Readonly<{
  actionId: string | null;
  uniqueId: string | null;
  /** The device that is dialed first, such as PJSIP/1001. */
  dialed: string;
  context: string;
  exten: string;
  callerNumber: string | null;
  callerName: string | null;
  timeoutMs: number;
  variables: ReadonlyMap<string, string>;
}>;
/** An agent's phone that rings for an Originate until `until` (ms). */
export type PendingOriginate = Readonly<{ request: OriginateRequest; channel: Channel; until: number }>;

/**
 * An attended transfer: `agentChannel` has left `caller` alone in `bridge`, and talks through `near`, one half of a Local
 * channel, to whom the other half dials. `pressed`: the agent's digits so far.
 */
export type Consultation = {
  readonly agentChannel: Channel;
  readonly caller: Channel;
  readonly bridge: Bridge;
  readonly near: Channel;
  pressed: string;
};

/** `parker`, if any, is called back when the parking times out. */
export type Parked = {
  readonly channel: Channel;
  readonly space: string;
  readonly parker: Agent | null;
  readonly parkedAt: number;
  readonly timeoutMs: number;
};

export type PbxState = {
  now: number;
  nextSerial: number;
  readonly startedAt: number;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly trunk: Device;
  readonly channels: Set<Channel>;
  /** The queue calls whose caller has not hung up. */
  readonly calls: Set<QueueCall>;
  readonly dials: Set<Dial>;
  readonly originates: Set<PendingOriginate>;
  /** The latest Originate requests. */
  readonly originated: OriginateRequest[];
  /** The scripted phones, by agent's id or outside number. */
  readonly behaviours: Map<string, Behaviour>;
  readonly parked: Map<string, Parked>;
  readonly consultations: Set<Consultation>;
  parkingBridge: Bridge | null;
  /** The packets emitted since `take` was last called. */
  emitted: Packet[];
  delayed: DelayedEvent[];
  /** The queue calls whose AgentComplete is among `emitted`. */
  completed: Completed[];
  /** The waits, rings and talks whose end is among `emitted`. */
  ended: Ended[];
};

/** A packet that is emitted late: before the last Hangup, or after all other packets. */
type DelayedEvent = Readonly<{ packet: Packet; isBeforeHangup: boolean }>;

/**
 * `hasChannel`: AgentComplete names the caller's channel. `callerMoved`: the caller had left the agent before.
 * `lastedMs`: since the caller joined the queue.
 */
export type Completed = Readonly<{
  uniqueId: string;
  queue: string;
  agent: string;
  lastedMs: number;
  hasChannel: boolean;
  callerMoved: boolean;
}>;

/**
 * A wait in a queue, a ring that was not answered, or an agent's talk, as it ended. `how` are the outcomes (EV16) or
 * reasons (EV17, EV23) that may be published of it; `agent` who answered, was rung, or talked. `uniqueId` is that of the
 * caller's channel, of the rung one, or of the other party's. `queue` is empty for a talk. `held`: when the agent had the
 * other party on hold.
 */
export type Ended = Readonly<{
  kind: "wait" | "ring" | "talk";
  uniqueId: string;
  queue: string;
  how: readonly string[];
  agent: string | null;
  /** In ms, by the PBX's clock. */
  beganAt: number;
  lastedMs: number;
  held?: readonly Span[];
}>;

export const seconds = (ms: number): number => Math.floor(ms / 1000);

/** The other channel in the channel's bridge; undefined outside a conversation. */
export function partyOf(channel: Channel): Channel | undefined {
  if (channel.bridge?.type !== "basic") return undefined;
  return channel.bridge.channels.find((other) => other !== channel);
}

/** The channel of that name or Uniqueid. */
export function channelNamed(state: PbxState, name: string | undefined): Channel | undefined {
  return [...state.channels].find((channel) => channel.name === name || channel.uniqueId === name);
}

export function connect(channel: Channel, other: Channel): void {
  channel.connectedNumber = other.callerNumber;
  channel.connectedName = other.callerName;
}
