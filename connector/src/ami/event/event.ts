/**
 * The typed AMI events: which of Asterisk's events the model uses, and only those fields. This file and the packet below it are
 * the last place where AMI's spelling is known. Every event carries `at` (ms since 1970): Asterisk's own `Timestamp` where it
 * sends one (`timestampevents = yes`), otherwise when the packet was received.
 *
 * Field names and their absence were read off recorded sessions of Asterisk 16.28 and 22.10.
 */

/** A channel as an event shows it. Numbers and names are null where Asterisk says `<unknown>`. */
export type ChannelFacts = Readonly<{
  channel: string;
  uniqueId: string;
  linkedId: string;
  callerNumber: string | null;
  callerName: string | null;
  connectedNumber: string | null;
  connectedName: string | null;
}>;

/** A member of a queue as an event or a list item shows it; `status` counts as app_queue does (1 idle … 8 on hold). */
export type MemberFacts = Readonly<{
  queue: string;
  memberInterface: string;
  name: string | null;
  penalty: number;
  callsTaken: number;
  /** Seconds since 1970, 0 for never. */
  lastCall: number;
  /** Seconds since 1970 of the last pause, 0 for never. */
  lastPause: number;
  /** The device whose state is the member's: mostly the interface itself. */
  stateInterface: string;
  status: number;
  paused: boolean;
  pausedReason: string | null;
}>;

type At = Readonly<{ at: number }>;
/** A list's items have the name of the live event here; an item has the ActionID of the question. */
type Listed = Readonly<{ listed?: true }>;
type OfQueue = Readonly<{ queue: string }>;
type OfBridge = Readonly<{ bridgeId: string; bridgeType: string }>;
type Parked = Readonly<{ channel: string; callerId: string | null; parkingSpace: string }>;

export type QueueCallerJoin = At & OfQueue & ChannelFacts & Readonly<{ kind: "queueCallerJoin"; count: number }>;
export type QueueCallerLeave = At & OfQueue & ChannelFacts & Readonly<{ kind: "queueCallerLeave"; count: number }>;
export type QueueCallerAbandon = At & OfQueue & ChannelFacts & Readonly<{ kind: "queueCallerAbandon" }>;
type OfMember = Readonly<{ memberInterface: string; memberName: string | null }>;
export type AgentCalled = At &
  OfQueue &
  OfMember &
  Readonly<{ kind: "agentCalled"; caller: ChannelFacts; dest: ChannelFacts }>;
/**
 * Times in seconds. `dest` is null, and the event late, when the caller was redirected or parked away from the agent. Both channels are null where
 * Asterisk sends the event after their Hangups.
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

/** Whatever tells a member's state; `queueMember` is the list item. */
export type MemberUpdate = At &
  MemberFacts &
  Readonly<{
    kind: "queueMemberStatus" | "queueMemberAdded" | "queueMemberPause" | "queueMemberPenalty" | "queueMember";
  }>;
export type QueueMemberRemoved = At & OfQueue & Readonly<{ kind: "queueMemberRemoved"; memberInterface: string }>;
/** List item: a queue's own counts. Times in seconds, `serviceLevelPerf` in percent of the completed calls. */
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
/** List item: a waiting caller, `waitSeconds` so far. */
export type QueueEntry = At &
  OfQueue &
  Readonly<{ kind: "queueEntry"; channel: string; uniqueId: string; waitSeconds: number }>;

export type BridgeEnter = At & OfBridge & ChannelFacts & Readonly<{ kind: "bridgeEnter" }>;
/** `last`: nobody is left in the bridge; that the one before him left may not have been told (narrowing.ts). */
export type BridgeLeave = At & OfBridge & ChannelFacts & Readonly<{ kind: "bridgeLeave"; last: boolean }>;
/** Nobody is in it any more; that they left may not have been told (narrowing.ts). */
export type BridgeDestroy = At & Readonly<{ kind: "bridgeDestroy"; bridgeId: string }>;
export type HoldChange = At & ChannelFacts & Readonly<{ kind: "hold" | "unhold" }>;
export type NewConnectedLine = At & ChannelFacts & Readonly<{ kind: "newConnectedLine" }>;
export type Hangup = At & ChannelFacts & Readonly<{ kind: "hangup"; cause: number }>;
/** List item: a channel that exists; `application` is what it executes, `bridgeId` null when in no bridge. */
export type CoreShowChannel = At &
  ChannelFacts &
  Readonly<{
    kind: "coreShowChannel";
    state: number;
    application: string;
    applicationData: string;
    bridgeId: string | null;
  }>;

/** `status` is a sum of flags: 1 in use, 2 busy, 4 unavailable, 8 ringing, 16 on hold; negative for a hint that is gone. */
export type ExtensionStatus = At &
  Listed &
  Readonly<{ kind: "extensionStatus"; exten: string; context: string; hint: string; status: number }>;
export type DeviceStateChange = At & Listed & Readonly<{ kind: "deviceStateChange"; device: string; state: string }>;

export type MixMonitorStart = At & ChannelFacts & Readonly<{ kind: "mixMonitorStart" }>;
/** A recording that is about to start names its path (`VarSet` of MIXMONITOR_FILENAME). */
export type RecordingNamed = At & Readonly<{ kind: "recordingNamed"; uniqueId: string; path: string }>;
/** Made by the link, as the answer to `askRecording`; null: no such channel or no recording. */
export type RecordingPath = At & Readonly<{ kind: "recordingPath"; uniqueId: string; path: string | null }>;

/** `namedChannel`: the originator chose the channel's Uniqueid, and chose the ActionID for it; its Hangup can be recognised. */
export type OriginateResponse = At &
  Readonly<{ kind: "originateResponse"; actionId: string; success: boolean; reason: number; namedChannel: boolean }>;
export type ParkingEvent = At &
  Parked &
  Readonly<{ kind: "parkedCall" | "unParkedCall" | "parkedCallTimeOut" | "parkedCallGiveUp" }>;
export type Reload = At & Readonly<{ kind: "reload"; module: string }>;
export type FullyBooted = At & Readonly<{ kind: "fullyBooted" }>;

/** The lists that together give the whole state. */
export const regenerationLists = ["queues", "channels", "extensions", "devices"] as const;
export type RegenerationList = (typeof regenerationLists)[number];
/** Made by the link: from here on everything that is still there is told again, in stream order with the live events. */
export type RegenerationStarted = At & Readonly<{ kind: "regenerationStarted" }>;
/** Made by the link: the list is complete, and what it did not tell is no more. `refused`: there was none, and nothing follows from it. */
export type ListCompleted = At & Readonly<{ kind: "listCompleted"; list: RegenerationList; refused?: true }>;
/** Made by the link once a `QueueReset` has succeeded, for which Asterisk sends no event; null means every queue. */
export type QueueStatsReset = At & Readonly<{ kind: "queueStatsReset"; queue: string | null }>;

/** An event that the model uses, without what it must have; counted by the link and skipped by the model. */
export type Malformed = At & Readonly<{ kind: "malformed"; event: string }>;

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
  | Hangup
  | CoreShowChannel
  | ExtensionStatus
  | DeviceStateChange
  | MixMonitorStart
  | RecordingNamed
  | RecordingPath
  | OriginateResponse
  | ParkingEvent
  | Reload
  | FullyBooted
  | RegenerationStarted
  | ListCompleted
  | QueueStatsReset
  | Malformed;

/**
 * The live events that the model asks Asterisk for, each for a reason; everything else may be filtered away. `VarSet` of
 * MIXMONITOR_FILENAME is understood where it comes anyway, but costs a right (read=dialplan) and much traffic.
 */
export const amiEventNames: readonly string[] = [
  "QueueCallerJoin", // EV5: a caller waits.
  "QueueCallerLeave", // EV5: no longer; EV9: its wait is over.
  "QueueCallerAbandon", // EV9: without an answer.
  "QueueMemberStatus", // EV3: the device as the queue sees it, unless DeviceStateChange tells; the counts of EV9.
  "QueueMemberAdded", // EV3: log on.
  "QueueMemberRemoved", // EV3: log off.
  "QueueMemberPause", // EV3: pause and its reason.
  "QueueMemberPenalty", // EV3: penalty.
  "AgentCalled", // EV4: rings the agent for a queue; its end shows by the rung channel's Hangup.
  "AgentComplete", // EV6, EV9.
  "BridgeEnter", // EV4: the only sign of an answer that every kind of call gives, with both parties' numbers.
  "BridgeLeave", // EV4, EV2: one of several leaves, or a parked one.
  "BridgeDestroy", // EV4, EV2: nobody talks there any more, though channels may live on.
  "Hangup", // EV4, EV7: the end of a channel, also of one that only rang.
  "NewConnectedLine", // EV4: another party during the call, told by a carrier or a transfer.
  "Hold", // EV2: the agent holds; no device state shows it.
  "Unhold", // EV2.
  "ExtensionStatus", // EV2, by a hint that is more than one phone.
  "DeviceStateChange", // EV2, EV3: the phone.
  "MixMonitorStart", // EV6: there is a recording whose path is to be asked.
  "OriginateResponse", // EV7.
  "ParkedCall", // EV8.
  "UnParkedCall", // EV8.
  "ParkedCallTimeOut", // EV8.
  "ParkedCallGiveUp", // EV8.
  "Reload", // Queues and hints may have changed without a word: regenerate.
  "FullyBooted", // Lists asked before were incomplete: regenerate.
];
