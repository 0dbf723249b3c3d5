/**
 * The typed AMI events: the events that the model uses, with the fields that it uses. No code beyond `ami/` knows AMI's
 * spelling.
 *
 * Every event has `at`, in ms since 1970. It is Asterisk's own `Timestamp` if Asterisk sends one (`timestampevents =
 * yes` in manager.conf) that is near, otherwise the time at which the packet was received.
 *
 * Which headers exist, and which may be absent, was taken from recorded sessions of Asterisk 16.28 and 22.10.
 */
import type { SpyMode } from "@pbxis/shared";

/** A channel as an event shows it. A number or name is null where Asterisk sends `<unknown>`. */
export type ChannelFacts = Readonly<{
  channel: string;
  uniqueId: string;
  linkedId: string;
  callerNumber: string | null;
  callerName: string | null;
  connectedNumber: string | null;
  connectedName: string | null;
}>;

/**
 * A queue member as an event or a list item shows it. `status` is app_queue's device state, from 1 (idle) to 8 (on
 * hold).
 */
export type MemberFacts = Readonly<{
  queue: string;
  memberInterface: string;
  name: string | null;
  penalty: number;
  callsTaken: number;
  /** Time of the last call, in seconds since 1970; 0: never. */
  lastCall: number;
  /** Time of the last pause, in seconds since 1970; 0: never. */
  lastPause: number;
  /** The device whose state is the member's state. Usually the interface itself. */
  stateInterface: string;
  status: number;
  paused: boolean;
  pausedReason: string | null;
  /** The member's own wrap-up time; 0: none, the queue's counts. */
  wrapUpSeconds: number;
}>;

type At = Readonly<{ at: number }>;
/**
 * Some list items have the same name as the live event. An item is recognised by the ActionID of the action that
 * requested the list.
 */
type Listed = Readonly<{ listed?: true }>;
type OfQueue = Readonly<{ queue: string }>;
/** `bridgeType` is `holding` for each bridge whose channels do not talk to each other, whatever Asterisk calls it. */
type OfBridge = Readonly<{ bridgeId: string; bridgeType: string }>;
/** `channel` and `uniqueId` are those of the parked channel. */
type Parked = Readonly<{
  channel: string;
  uniqueId: string;
  callerId: string | null;
  parkingLot: string;
  parkingSpace: string;
}>;

/** A place in the queue, from 1; null if Asterisk does not say it. */
type Position = number | null;
export type QueueCallerJoin = At &
  OfQueue &
  ChannelFacts &
  Readonly<{ kind: "queueCallerJoin"; count: number; position: Position }>;
export type QueueCallerLeave = At &
  OfQueue &
  ChannelFacts &
  Readonly<{ kind: "queueCallerLeave"; count: number; position: Position }>;
export type QueueCallerAbandon = At &
  OfQueue &
  ChannelFacts &
  Readonly<{ kind: "queueCallerAbandon"; position: Position; originalPosition: Position }>;
type OfMember = Readonly<{ memberInterface: string; memberName: string | null }>;
export type AgentCalled = At &
  OfQueue &
  OfMember &
  Readonly<{ kind: "agentCalled"; caller: ChannelFacts; dest: ChannelFacts }>;
/**
 * Times are in seconds. `dest` is null if the caller was redirected or parked away from the agent; the event then comes
 * late. Both channels are null if Asterisk sends the event after their Hangup events.
 */
export type AgentComplete = At &
  OfQueue &
  OfMember &
  Readonly<{
    kind: "agentComplete";
    caller: ChannelFacts | null;
    dest: ChannelFacts | null;
    holdTime: number;
    talkTime: number;
    reason: string;
  }>;

/** Any event with a member's state. `queueMember` is the list item. */
export type MemberUpdate = At &
  MemberFacts &
  Readonly<{
    kind: "queueMemberStatus" | "queueMemberAdded" | "queueMemberPause" | "queueMemberPenalty" | "queueMember";
  }>;
export type QueueMemberRemoved = At & OfQueue & Readonly<{ kind: "queueMemberRemoved"; memberInterface: string }>;
/**
 * List item: a queue's own counters. Times are in seconds, `serviceLevelPerf` is a percentage of the completed calls.
 */
export type QueueParams = At &
  OfQueue &
  Readonly<{
    kind: "queueParams";
    completed: number;
    abandoned: number;
    serviceLevel: number;
    serviceLevelPerf: number;
    holdTime: number;
    talkTime: number;
  }>;
/** List item: a waiting caller, who has waited for `waitSeconds` so far. */
export type QueueEntry = At &
  OfQueue &
  Readonly<{
    kind: "queueEntry";
    channel: string;
    uniqueId: string;
    callerNumber: string | null;
    callerName: string | null;
    waitSeconds: number;
    position: Position;
    /** The queue's, not that of the dialplan. */
    priority: number;
  }>;

export type BridgeEnter = At & OfBridge & ChannelFacts & Readonly<{ kind: "bridgeEnter" }>;
/**
 * `last`: the bridge is empty now. The event of the channel that left before may have been filtered out (narrowing.ts).
 */
export type BridgeLeave = At & OfBridge & ChannelFacts & Readonly<{ kind: "bridgeLeave"; last: boolean }>;
/** The bridge is empty. The BridgeLeave events of its channels may have been filtered out (narrowing.ts). */
export type BridgeDestroy = At & Readonly<{ kind: "bridgeDestroy"; bridgeId: string }>;
export type HoldChange = At & ChannelFacts & Readonly<{ kind: "hold" | "unhold" }>;
export type NewConnectedLine = At & ChannelFacts & Readonly<{ kind: "newConnectedLine" }>;
/** The channel picks up the call that rings at another, whose Uniqueid is `rung`. */
export type Pickup = At &
  ChannelFacts &
  Readonly<{ kind: "pickup"; rung: string; rungChannel: string; rungLinkedId: string }>;
/** The channel's own party hangs up: Asterisk sends it for no other reason, and before the Hangup. */
export type HangupRequest = At & ChannelFacts & Readonly<{ kind: "hangupRequest" }>;
export type Hangup = At & ChannelFacts & Readonly<{ kind: "hangup"; cause: number }>;
/**
 * List item: a channel that exists, for `durationSeconds` so far. `application` is the dialplan application it
 * executes; `bridgeId` is null outside a bridge.
 */
export type CoreShowChannel = At &
  ChannelFacts &
  Readonly<{
    kind: "coreShowChannel";
    state: number;
    durationSeconds: number;
    application: string;
    applicationData: string;
    bridgeId: string | null;
  }>;

/**
 * `status` is a sum of flags: 1 in use, 2 busy, 4 unavailable, 8 ringing, 16 on hold. It is negative for a removed
 * hint.
 */
export type ExtensionStatus = At &
  Listed &
  Readonly<{ kind: "extensionStatus"; exten: string; context: string; hint: string; status: number }>;
export type DeviceStateChange = At & Listed & Readonly<{ kind: "deviceStateChange"; device: string; state: string }>;

export type MixMonitorStart = At & ChannelFacts & Readonly<{ kind: "mixMonitorStart" }>;
/** A recording was paused, resumed or stopped. None comes when it ends with its channel. */
export type MixMonitorChange = At &
  ChannelFacts &
  Readonly<{ kind: "mixMonitorChange"; state: "on" | "paused" | "stopped" }>;
/** `target`: the name of the channel that the event's own channel listens to. */
export type ChanSpyChange = At & ChannelFacts & Readonly<{ kind: "chanSpyStart" | "chanSpyStop"; target: string }>;
/** The path of a recording that is about to start (`VarSet` of MIXMONITOR_FILENAME). */
export type RecordingNamed = At & Readonly<{ kind: "recordingNamed"; uniqueId: string; path: string }>;
/** Made by the link in answer to `getRecording`. `path` is null if there is no such channel, or no recording of it. */
export type RecordingPath = At & Readonly<{ kind: "recordingPath"; uniqueId: string; path: string | null }>;

/** `uniqueId`: the channel that was rung. Null if Asterisk does not name it, mostly because there was none. */
export type OriginateResponse = At &
  Readonly<{ kind: "originateResponse"; actionId: string; success: boolean; reason: number; uniqueId: string | null }>;
/** `parkedSeconds`: for how long the call had been parked. */
export type ParkingEvent = At &
  Listed &
  Parked &
  Readonly<{ kind: "parkedCall" | "unParkedCall" | "parkedCallTimeOut" | "parkedCallGiveUp"; parkedSeconds: number }>;
/** Another channel has taken the place of the one that was parked. */
export type ParkedCallSwap = At & Parked & Readonly<{ kind: "parkedCallSwap" }>;
type Reload = At & Readonly<{ kind: "reload"; module: string }>;
type FullyBooted = At & Readonly<{ kind: "fullyBooted" }>;

/** The lists that together give the whole state. */
export const regenerationLists = ["queues", "channels", "extensions", "devices", "parking"] as const;
export type RegenerationList = (typeof regenerationLists)[number];
/** From the connector itself: AMI was lost. Until `at` its events were complete. */
export type ConnectionLost = At & Readonly<{ kind: "connectionLost" }>;
type OfLog = At & OfQueue & Readonly<{ uniqueId: string; member: string | null }>;
/** From Asterisk's queue_log (queue-log/parse.ts), as are the next two: how a caller's wait ended. */
export type LoggedWaitEnd = OfLog &
  Readonly<{ kind: "loggedWaitEnd"; outcome: "answered" | "abandoned" | "exited"; waitSeconds: number | null }> &
  Readonly<{ position: Position; originalPosition: Position }>;
/** How a member's call with a caller ended. */
export type LoggedCallEnd = OfLog &
  Readonly<{
    kind: "loggedCallEnd";
    reason: "caller" | "agent" | "transfer";
    waitSeconds: number;
    talkSeconds: number;
  }>;
/** A member did not answer. */
export type LoggedRingEnd = OfLog & Readonly<{ kind: "loggedRingEnd"; ringMs: number }>;
export type LoggedFact = LoggedWaitEnd | LoggedCallEnd | LoggedRingEnd;
/** From the connector itself: the time of a member's wrap-up is over. `at` is when. */
export type WrapUpOver = At & OfQueue & Readonly<{ kind: "wrapUpOver"; memberInterface: string }>;
/** Made by the link: from here on, everything that still exists is listed again, interleaved with live events. */
export type RegenerationStarted = At & Readonly<{ kind: "regenerationStarted"; isNewConnection?: true }>;
/**
 * Made by the link: the list is complete, and what it did not contain no longer exists. `refused`: there was no list,
 * so nothing is known.
 */
export type ListCompleted = At & Readonly<{ kind: "listCompleted"; list: RegenerationList; refused?: true }>;
/**
 * Made once a `QueueReset` of the connector's own has succeeded, because Asterisk sends no event for it. `queue` null:
 * every queue.
 */
export type QueueStatsReset = At & Readonly<{ kind: "queueStatsReset"; queue: string | null }>;

/**
 * Made when a command of the connector's own is about to move a channel or to hang it up; with null if the command
 * failed.
 */
export type CallerCommanded = At &
  Readonly<{ kind: "callerCommanded"; channel: string; outcome: "moved" | "hungUp" | null }>;

/** Made once a command has muted a channel, or unmuted it (CM21). Asterisk sends no event, and has no answer. */
export type ChannelMuted = At & Readonly<{ kind: "channelMuted"; channel: string; muted: boolean }>;
/** Made once Asterisk has accepted a spy, or digits that change its mode (CM23). `uniqueId`: of the channel that spies. */
export type SpyModeCommanded = At & Readonly<{ kind: "spyModeCommanded"; uniqueId: string; mode: SpyMode }>;
/**
 * Made when an attended transfer is about to be commanded (CM20): `channel` is to call `to` while it holds `caller`. If
 * the command fails, once more with null.
 */
export type ConsultationCommanded = At &
  Readonly<{ kind: "consultationCommanded"; channel: string; caller: string | null; to: string | null }>;

/** An event that the model uses but that lacks a required header. It is counted, and the model ignores it. */
type Malformed = At & Readonly<{ kind: "malformed"; event: string }>;

export type AmiEvent =
  | QueueCallerJoin
  | QueueCallerLeave
  | QueueCallerAbandon
  | AgentCalled
  | AgentComplete
  | MemberUpdate
  | QueueMemberRemoved
  | QueueParams
  | QueueEntry
  | BridgeEnter
  | BridgeLeave
  | BridgeDestroy
  | HoldChange
  | NewConnectedLine
  | Pickup
  | HangupRequest
  | Hangup
  | CoreShowChannel
  | ExtensionStatus
  | DeviceStateChange
  | MixMonitorStart
  | RecordingNamed
  | RecordingPath
  | OriginateResponse
  | ParkingEvent
  | ParkedCallSwap
  | Reload
  | FullyBooted
  | RegenerationStarted
  | ListCompleted
  | QueueStatsReset
  | CallerCommanded
  | ConnectionLost
  | MixMonitorChange
  | ChanSpyChange
  | ChannelMuted
  | SpyModeCommanded
  | ConsultationCommanded
  | WrapUpOver
  | LoggedFact
  | Malformed;
