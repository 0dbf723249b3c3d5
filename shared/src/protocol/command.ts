/**
 * The commands that clients may send, and their outcomes (section 10 of PROTOCOL.md). The worker checks every value by
 * these schemas, and the connector checks it again by the same ones: the connector controls the phone system and does
 * not trust the worker.
 */
import * as z from "zod";
import { callCommands, defaultJoinSeconds } from "./call-command.ts";
import { callerCommands } from "./caller-command.ts";
import { agent, DialNumber, deadlineSeconds, hasParty, needsParty, party, queue } from "./command-field.ts";
import { Audit } from "./report.ts";
import { text } from "./text.ts";

/** CM1: how long the agent's phone rings. */
export const defaultRingSeconds = 30;
/** CM3: how long a parked call waits before it returns. */
export const defaultParkSeconds = 45;

/** `+1415…`, or `Name <+1415…>`. */
const callerId = text(120).regex(
  /^(?:\+?[0-9*#]{1,40}|"?[^"<>\\]{1,80}?"? *<\+?[0-9*#]{1,40}>)$/,
  "must be a number, or a name and a <number>",
);

/** CM13: variables that only the connector sets, for the extensions of its own dialplan snippet. */
const ownVariable = /^_{0,2}PBXIS_/i;

const variableName = z
  .string()
  .regex(/^_{0,2}[A-Za-z][A-Za-z0-9_]{0,63}$/, "must be the name of a variable")
  .refine((name) => !ownVariable.test(name), "must not begin with PBXIS_, which the connector keeps for itself");
const maxVariables = 20;
const variables = z
  .record(variableName, text(500, 0))
  .refine((record) => Object.keys(record).length <= maxVariables, `must have at most ${maxVariables} entries`);

const penalty = z.number().int().min(0).max(1_000_000);

/** CM1: rings the agent, then dials `to`. */
export const Originate = z.strictObject({
  type: z.literal("originate"),
  agent,
  to: DialNumber,
  callerId: callerId.optional(),
  variables: variables.optional(),
  timeoutSeconds: z.number().int().min(1).max(300).optional(),
  deadlineSeconds,
});
/** CM2: transfers the other party of a call to `to`. */
export const Redirect = z
  .strictObject({ type: z.literal("redirect"), ...party, to: DialNumber, deadlineSeconds })
  .refine(hasParty, needsParty);
/** CM3: parks the other party of a call. */
export const Park = z
  .strictObject({
    type: z.literal("park"),
    ...party,
    timeoutSeconds: z.number().int().min(1).max(3600).optional(),
    deadlineSeconds,
  })
  .refine(hasParty, needsParty);
/** CM4: adds the agent to a queue. */
export const QueueAdd = z.strictObject({
  type: z.literal("queueAdd"),
  queue,
  agent,
  name: text(80).optional(),
  penalty: penalty.optional(),
  paused: z.boolean().optional(),
  reason: text(80).optional(),
  deadlineSeconds,
});
/** CM4: removes the agent from a queue, or from all of the agent's queues. */
export const QueueRemove = z.strictObject({
  type: z.literal("queueRemove"),
  queue: queue.optional(),
  agent,
  deadlineSeconds,
});
/** CM4: pauses or unpauses the agent in a queue, or in all of the agent's queues. */
export const QueuePause = z.strictObject({
  type: z.literal("queuePause"),
  queue: queue.optional(),
  agent,
  paused: z.boolean().default(true),
  reason: text(80).optional(),
  deadlineSeconds,
});
/** CM5: sets the agent's penalty in a queue, or in all of the agent's queues. */
export const QueuePenalty = z.strictObject({
  type: z.literal("queuePenalty"),
  queue: queue.optional(),
  agent,
  penalty,
  deadlineSeconds,
});
/** CM5: resets the statistics (EV9) of a queue, or of all queues. */
export const QueueReset = z.strictObject({ type: z.literal("queueReset"), queue: queue.optional(), deadlineSeconds });
/** CM6: ends a call. */
export const Hangup = z
  .strictObject({ type: z.literal("hangup"), ...party, deadlineSeconds })
  .refine(hasParty, needsParty);

export const Command = z.discriminatedUnion("type", [
  Originate,
  Redirect,
  Park,
  QueueAdd,
  QueueRemove,
  QueuePause,
  QueuePenalty,
  QueueReset,
  Hangup,
  ...callerCommands,
  ...callCommands,
]);
export type Command = z.infer<typeof Command>;
/** A command as a client writes it, before names are checked and defaults filled in. */
export type CommandInput = z.input<typeof Command>;
export type CommandType = Command["type"];
export type CommandOf<Type extends CommandType> = Extract<Command, { type: Type }>;

/**
 * What an absent field means, where that is the same for every command of the type. The schema itself fills in the
 * default of `queuePause`.
 */
export const commandDefaults: Readonly<Partial<Record<CommandType, Readonly<Record<string, unknown>>>>> = {
  originate: { timeoutSeconds: defaultRingSeconds, variables: {} },
  park: { timeoutSeconds: defaultParkSeconds },
  queueAdd: { paused: false },
  pickCaller: { timeoutSeconds: defaultJoinSeconds },
  spy: { timeoutSeconds: defaultJoinSeconds },
};

/** PX6: reads an agent's calls, for pbxis-ws's `GET /bridged-channels`. No client can send it as a command. */
export const FindCalls = z.strictObject({ type: z.literal("findCalls"), agent, deadlineSeconds });
/**
 * AP11: makes the connector compare its model with Asterisk now. Operators only; no client can send it as a command.
 */
export const AuditNow = z.strictObject({ type: z.literal("audit"), deadlineSeconds });
/** Everything that the site sends to a connector as a command (UP9). */
export const SiteCommand = z.discriminatedUnion("type", [...Command.options, FindCalls, AuditNow]);
export type SiteCommand = z.infer<typeof SiteCommand>;

/**
 * CM10: one call of an agent. `bridgedChannel` is null while the call rings. `callerId`: the other party's number, null
 * if withheld. `callId` and `uniqueId` as in EV4; an older connector does not send them.
 */
export const Candidate = z.object({
  agentChannel: z.string(),
  bridgedChannel: z.string().nullable(),
  callerId: z.string().nullable(),
  callId: z.string().optional(),
  uniqueId: z.string().nullable().optional(),
});
export type Candidate = z.infer<typeof Candidate>;

/** Why a command failed. `httpErrors` says what each code means to a client. */
export const FailureCode = z.literal([
  "bad_request",
  "forbidden",
  "not_found",
  "several_calls",
  "conflict",
  "asterisk_refused",
  "not_permitted",
  "unavailable",
  "deadline_passed",
]);
export type FailureCode = z.infer<typeof FailureCode>;

/**
 * The result of a command that was carried out. `actionId`: of an `originate` (CM1), such as `pbxis-1`. `channel`: the
 * one that was transferred, parked, hung up, muted, recorded or sent digits. `parkingSpace`: of `park` (CM3). `queues`:
 * the queues that CM4 and CM5 changed. `position`: of `prioritizeCaller` (CM7), from 1. `calls`: of `findCalls`.
 * `audit`: of `audit`.
 */
export const CommandResult = z.object({
  actionId: z.string().optional(),
  channel: z.string().optional(),
  parkingSpace: z.string().optional(),
  queues: z.array(z.string()).optional(),
  position: z.number().int().positive().optional(),
  calls: z.array(Candidate).optional(),
  audit: Audit.optional(),
});
export type CommandResult = z.infer<typeof CommandResult>;

/**
 * CM11: every command ends in exactly one of these. In a failure, `queues` lists the queues that were changed before
 * the command failed, and `actionId` is that of an `originate` which Asterisk refused, as in its `originateFailed`
 * event.
 */
export const Outcome = z.discriminatedUnion("status", [
  z.object({ status: z.literal("done"), result: CommandResult }),
  z.object({
    status: z.literal("failed"),
    error: z.object({
      code: FailureCode,
      message: z.string(),
      candidates: z.array(Candidate).optional(),
      queues: z.array(z.string()).optional(),
      actionId: z.string().optional(),
    }),
  }),
  z.object({
    status: z.literal("unknown"),
    error: z.object({ code: z.literal("outcome_unknown"), message: z.string() }),
  }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** `details` become fields of the outcome's `error`. */
export function outcomeFailed(
  code: FailureCode,
  message: string,
  details: { candidates?: Candidate[]; queues?: string[]; actionId?: string } = {},
): Outcome {
  return { status: "failed", error: { code, message, ...details } };
}

export function outcomeUnknown(message: string): Outcome {
  return { status: "unknown", error: { code: "outcome_unknown", message } };
}

/** The site's id of a command, a UUID. */
export const CommandId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
