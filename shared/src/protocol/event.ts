/**
 * The schemas of all events (EV1–EV9, EV16–EV24). Their scopes (EV10) and whether they are states or
 * occurrences (EV11) are in `event-traits.ts`. Everything that connector, worker and clients must agree on about an
 * event type is in these two files.
 *
 * `at` is in ms since 1970: Asterisk's own time if it sends one, otherwise when the connector read the event.
 */
import * as z from "zod";
import { QueueAlert } from "./alert.ts";
import { SpyMode } from "./call-command.ts";
import { AgentId, QueueName } from "./id.ts";
import { AgentStatistics, QueueStatistics } from "./statistics.ts";
import { Milliseconds } from "./time.ts";

export const ExtensionState = z.literal([
  "not_inuse",
  "ringing",
  "inuse",
  "ringinuse",
  "busy",
  "onhold",
  "unavailable",
]);
export type ExtensionState = z.infer<typeof ExtensionState>;

/** The status of a member's device as app_queue sees it. */
export const DeviceState = z.literal([...ExtensionState.values, "unknown"]);
export type DeviceState = z.infer<typeof DeviceState>;

export const MemberState = z.literal(["loggedoff", "paused", ...DeviceState.values]);
export type MemberState = z.infer<typeof MemberState>;

const at = Milliseconds;

/** EV1. `name` is the agent's id if Asterisk has no name for the agent. */
export const AgentName = z.object({ type: z.literal("agentName"), agent: AgentId, name: z.string(), at });

/** EV2: the status of an agent's phone. */
export const ExtensionStatus = z.object({
  type: z.literal("extensionStatus"),
  agent: AgentId,
  status: ExtensionState,
  at,
});

/**
 * EV3: an agent's membership of a queue. `deviceStatus` is that of the device, also while paused; null after a log-off.
 * `since` is when `status` began, as far as known (ms since 1970). `pausedReason` is null unless paused with a reason.
 * `penalty` is null after a log-off. `wrapUpUntil` is when the wrap-up after the last call ends (ms since 1970), null
 * outside of one; a connector of an earlier version does not send it.
 */
export const QueueMemberStatus = z.object({
  type: z.literal("queueMemberStatus"),
  agent: AgentId,
  queue: QueueName,
  status: MemberState,
  deviceStatus: DeviceState.nullable(),
  pausedReason: z.string().nullable(),
  penalty: z.number().int().nullable(),
  since: Milliseconds,
  wrapUpUntil: Milliseconds.nullable().default(null),
  at,
});

/**
 * EV4, EV13: the other party of an agent's call. `number` is null if there is no call, and `"unknown"` if the other
 * party withholds it. `callId` is Asterisk's Linkedid. `uniqueId` is the Uniqueid of the other party's channel, which
 * `agentComplete` has too, and null if it is not known. `recording` is `on` or `paused`, null if the call is not recorded
 * or that is not known; `muted` null unless a command said it; `consulting` the number that the agent calls meanwhile
 * (CM20). A connector of an earlier version does not send these four. `queueName` is a detail and does not narrow the
 * scope (EV10).
 */
export const PhoneNumber = z.object({
  type: z.literal("phoneNumber"),
  agent: AgentId,
  number: z.string().nullable(),
  name: z.string().nullable(),
  queueName: QueueName.nullable(),
  callId: z.string().nullable(),
  uniqueId: z.string().nullable().default(null),
  recording: z.literal(["on", "paused"]).nullable().default(null),
  muted: z.boolean().nullable().default(null),
  consulting: z.string().nullable().default(null),
  at,
});

/**
 * EV21: the supervisor's phone listens to a call of `agentSupervised`. `mode` is `listen`, `whisper` or `barge`, as last
 * commanded; null if that is not known. All three are null once it is over. `since` is in ms since 1970.
 */
export const Supervision = z.object({
  type: z.literal("supervision"),
  agent: AgentId,
  agentSupervised: AgentId.nullable(),
  mode: SpyMode.nullable(),
  since: Milliseconds.nullable(),
  at,
});

/**
 * EV5: a queue's waiting callers. `longestWaitSince` is when the first of them joined (ms since 1970), null if nobody
 * waits.
 */
export const QueueCount = z.object({
  type: z.literal("queueCount"),
  queue: QueueName,
  count: z.number().int().nonnegative(),
  longestWaitSince: Milliseconds.nullable(),
  at,
});

/** EV20: how many callers an event lists. Its `count` says how many wait. */
export const maxListedCallers = 100;

/**
 * EV20, opt-in: who waits in a queue, first those who are next. `callId` is Asterisk's Linkedid, `since` when the caller
 * joined (ms since 1970). `priority` is null until a list of Asterisk's has had the caller. `ringing`: the agents whom
 * the queue rings for the caller. `number` and `name` are null if withheld.
 */
const WaitingCaller = z.object({
  uniqueId: z.string(),
  callId: z.string(),
  number: z.string().nullable(),
  name: z.string().nullable(),
  since: Milliseconds,
  priority: z.number().int().nullable(),
  ringing: z.array(AgentId),
});
export const QueueCallers = z.object({
  type: z.literal("queueCallers"),
  queue: QueueName,
  count: z.number().int().nonnegative(),
  callers: z.array(WaitingCaller).max(maxListedCallers),
  at,
});

/**
 * EV6: a completed queue call. `uniqueId` is the Uniqueid of the caller's channel. `talkTime` and `holdTime` (the
 * caller's wait) are in seconds. `recording` is a path on the PBX, null if there is none. `reason` is `caller`, `agent`
 * or `transfer`.
 */
export const AgentComplete = z.object({
  type: z.literal("agentComplete"),
  agent: AgentId,
  uniqueId: z.string(),
  talkTime: z.number().int().nonnegative(),
  holdTime: z.number().int().nonnegative(),
  recording: z.string().nullable(),
  queueName: QueueName,
  reason: z.string(),
  at,
});

/**
 * EV16: how a caller's wait in a queue ended. `uniqueId` is that of the caller's channel, `callId` Asterisk's Linkedid.
 * `outcome` is `answered`, `abandoned`, `exited`, `picked`, `moved`, `hungUp` or `unknown`. `agent` is a detail and
 * does not narrow the scope (EV10): who answered or picked the call. `waitTime` is in ms, `since` when the caller
 * joined (ms since 1970). `number` and `name` are null without the claim `callers`.
 */
export const QueueCallEnded = z.object({
  type: z.literal("queueCallEnded"),
  queue: QueueName,
  uniqueId: z.string(),
  callId: z.string(),
  outcome: z.string(),
  agent: AgentId.nullable(),
  waitTime: Milliseconds.nullable(),
  position: z.number().int().positive().nullable(),
  originalPosition: z.number().int().positive().nullable(),
  number: z.string().nullable(),
  name: z.string().nullable(),
  since: Milliseconds.nullable(),
  at,
});

/**
 * EV17: a queue's ring at an agent that the agent did not answer. `queueName` is a detail and does not narrow the scope
 * (EV10). `callId` is Asterisk's Linkedid, as in `phoneNumber`; `ringUniqueId` the Uniqueid of the rung channel, which
 * no other ring has. `ringTime` is in ms. `reason` is `noAnswer`, `declined`
 * or `elsewhere`.
 */
export const AgentRingEnded = z.object({
  type: z.literal("agentRingEnded"),
  agent: AgentId,
  queueName: QueueName,
  callId: z.string(),
  ringUniqueId: z.string(),
  ringTime: Milliseconds,
  reason: z.string(),
  at,
});

/**
 * EV23: an agent's talk with one other party has ended. `queueName` is a detail and does not narrow the scope (EV10).
 * `callId` and `uniqueId` as in `phoneNumber`. `talkTime` is without `holdTime`, for which the agent had the other on
 * hold; both in ms. `reason` is `caller`, `agent`, `transfer` or `unknown`. `since` is when the talk began (ms since
 * 1970).
 */
export const AgentTalkEnded = z.object({
  type: z.literal("agentTalkEnded"),
  agent: AgentId,
  queueName: QueueName.nullable(),
  callId: z.string(),
  uniqueId: z.string().nullable(),
  talkTime: Milliseconds.nullable(),
  holdTime: Milliseconds.nullable(),
  reason: z.string(),
  since: Milliseconds.nullable(),
  at,
});

/** EV7: an `originate` (CM1) did not connect. `reason` is `noAnswer`, `busy`, `unreachable`, `declined` or `failed`. */
export const OriginateFailed = z.object({
  type: z.literal("originateFailed"),
  actionId: z.string(),
  reason: z.string(),
  at,
});

const parking = { channel: z.string(), callerId: z.string().nullable(), parkingSpace: z.string(), at };
/** EV8: a call was parked, fetched, returned after the parking time, or hung up while parked. */
export const ParkedCall = z.object({ type: z.literal("parkedCall"), ...parking });
export const UnParkedCall = z.object({ type: z.literal("unParkedCall"), ...parking });
export const ParkedCallTimeOut = z.object({ type: z.literal("parkedCallTimeOut"), ...parking });
export const ParkedCallGiveUp = z.object({ type: z.literal("parkedCallGiveUp"), ...parking });

/**
 * EV22: what waits in a parking space. `channel`, `callerId` and `since` (ms since 1970) are null once nothing does.
 * `callerId` is also null if the caller withholds it.
 */
export const ParkedCallState = z.object({
  type: z.literal("parkedCallState"),
  parkingLot: z.string(),
  parkingSpace: z.string(),
  channel: z.string().nullable(),
  callerId: z.string().nullable(),
  since: Milliseconds.nullable(),
  at,
});

/**
 * EV9, opt-in: a queue's statistics, computed as Asterisk computes them. `serviceLevel`, `holdTime`, `talkTime` and
 * `longestHoldTime` (of the callers who wait now) are in seconds; `serviceLevelPerf` is a percentage.
 */
export const QueueSummary = z.object({
  type: z.literal("queueSummary"),
  queue: QueueName,
  completed: z.number().int().nonnegative(),
  abandoned: z.number().int().nonnegative(),
  serviceLevel: z.number().int().nonnegative(),
  serviceLevelPerf: z.number().nonnegative(),
  holdTime: z.number().nonnegative(),
  talkTime: z.number().nonnegative(),
  loggedIn: z.number().int().nonnegative(),
  available: z.number().int().nonnegative(),
  calls: z.number().int().nonnegative(),
  longestHoldTime: z.number().int().nonnegative(),
  at,
});

/**
 * EV9, opt-in: the statistics of one member of a queue. `agent` is a detail and does not narrow the scope (EV10).
 * `memberInterface` is what Asterisk dials, such as `PJSIP/1001`. `lastCall` is in seconds since 1970, 0 for never.
 */
export const MemberSummary = z.object({
  type: z.literal("memberSummary"),
  queue: QueueName,
  agent: AgentId,
  name: z.string(),
  memberInterface: z.string(),
  callsTaken: z.number().int().nonnegative(),
  lastCall: z.number().int().nonnegative(),
  paused: z.boolean(),
  inCall: z.boolean(),
  at,
});

const connectorEvents = [
  AgentName,
  ExtensionStatus,
  QueueMemberStatus,
  PhoneNumber,
  Supervision,
  QueueCount,
  QueueCallers,
  AgentComplete,
  QueueCallEnded,
  AgentRingEnded,
  AgentTalkEnded,
  OriginateFailed,
  ParkedCall,
  UnParkedCall,
  ParkedCallTimeOut,
  ParkedCallGiveUp,
  ParkedCallState,
  QueueSummary,
  MemberSummary,
] as const;
export const SiteEvent = z.discriminatedUnion("type", [
  ...connectorEvents,
  QueueStatistics,
  AgentStatistics,
  QueueAlert,
]);
export type SiteEvent = z.infer<typeof SiteEvent>;
export type EventType = SiteEvent["type"];
export type EventOf<Type extends EventType> = Extract<SiteEvent, { type: Type }>;

/** What a connector may send: the statistics and the alerts are the site's own. */
export const ConnectorEvent: z.ZodType<SiteEvent> = z.discriminatedUnion("type", connectorEvents);
