/**
 * The collated events (EV1–EV9): their schemas. What scopes them (EV10) and which are states or occurrences (EV11) is in
 * `event-traits.ts`; everything about one event type that both sides must agree on is in these two files and nowhere else.
 */
import * as z from "zod";
import { AgentId, QueueName } from "./id.ts";

/** Milliseconds since 1970. */
export const Milliseconds = z.number().int().nonnegative();

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

/** The status of a member's device as the queue sees it. */
export const DeviceState = z.literal([...ExtensionState.values, "unknown"]);
export type DeviceState = z.infer<typeof DeviceState>;

export const MemberState = z.literal(["loggedoff", "paused", ...DeviceState.values]);
export type MemberState = z.infer<typeof MemberState>;

const at = Milliseconds;

/** EV1. `name` falls back to the agent's id where Asterisk was told none. */
export const AgentName = z.object({ type: z.literal("agentName"), agent: AgentId, name: z.string(), at });

/** EV2. */
export const ExtensionStatus = z.object({
  type: z.literal("extensionStatus"),
  agent: AgentId,
  status: ExtensionState,
  at,
});

/**
 * EV3. `deviceStatus` is the device's status also while paused, null once logged off; `since` (ms) is when `status` began as far as known;
 * `pausedReason` is null unless paused with a reason; `penalty` is null once logged off.
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
  at,
});

/**
 * EV4, EV13. `number` is null when there is no call, `"unknown"` when there is one whose other party is withheld.
 * `callId` is Asterisk's Linkedid. `queueName` is a detail and never narrows the scope.
 */
export const PhoneNumber = z.object({
  type: z.literal("phoneNumber"),
  agent: AgentId,
  number: z.string().nullable(),
  name: z.string().nullable(),
  queueName: QueueName.nullable(),
  callId: z.string().nullable(),
  at,
});

/** EV5. `longestWaitSince` (ms) is when the caller who waits longest joined, null when nobody waits. */
export const QueueCount = z.object({
  type: z.literal("queueCount"),
  queue: QueueName,
  count: z.number().int().nonnegative(),
  longestWaitSince: Milliseconds.nullable(),
  at,
});

/** EV6. `uniqueId` is the caller's channel's Uniqueid; times in seconds; `recording` is a path on the PBX. */
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

/** EV7. `reason` is `noAnswer`, `busy`, `unreachable`, `declined` or `failed`. */
export const OriginateFailed = z.object({
  type: z.literal("originateFailed"),
  actionId: z.string(),
  reason: z.string(),
  at,
});

const parking = { channel: z.string(), callerId: z.string().nullable(), parkingSpace: z.string(), at };
/** EV8. */
export const ParkedCall = z.object({ type: z.literal("parkedCall"), ...parking });
export const UnParkedCall = z.object({ type: z.literal("unParkedCall"), ...parking });
export const ParkedCallTimeOut = z.object({ type: z.literal("parkedCallTimeOut"), ...parking });
export const ParkedCallGiveUp = z.object({ type: z.literal("parkedCallGiveUp"), ...parking });

/** EV9, opt-in. Times in seconds, as Asterisk counts them; `longestHoldTime` is of the callers now waiting. */
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

/** EV9, opt-in: one a member. `agent` is a detail here; `memberInterface` is what Asterisk dials; `lastCall` is seconds since 1970, 0 for never. */
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

export const SiteEvent = z.discriminatedUnion("type", [
  AgentName,
  ExtensionStatus,
  QueueMemberStatus,
  PhoneNumber,
  QueueCount,
  AgentComplete,
  OriginateFailed,
  ParkedCall,
  UnParkedCall,
  ParkedCallTimeOut,
  ParkedCallGiveUp,
  QueueSummary,
  MemberSummary,
]);
export type SiteEvent = z.infer<typeof SiteEvent>;
export type EventType = SiteEvent["type"];
export type EventOf<Type extends EventType> = Extract<SiteEvent, { type: Type }>;
