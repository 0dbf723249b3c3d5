/**
 * What a client may command (section 10 of PROTOCOL.md), how a command ends, and how both travel on the uplink. Every value is checked
 * here first and, by the same schemas, at the connector again: who holds the phone system believes nobody.
 */
import * as z from "zod";
import { AgentId, QueueName } from "./id.ts";
import { Audit } from "./report.ts";
import { text } from "./text.ts";

/** CM11: from being taken by the site until it must not be started any more. */
export const defaultDeadlineSeconds = 10;
export const maxDeadlineSeconds = 60;
/** CM1: how long the agent's phone rings. */
export const defaultRingSeconds = 30;

/** An agent's id becomes part of what Asterisk dials, so it has none of the characters that mean something there. */
const agent = AgentId.regex(/^[A-Za-z0-9_.+-]{1,64}$/, "must be 1-64 of letters, digits, _ . + -").describe(
  "agent's id, such as 1001",
);
const queue = QueueName.describe("queue's name as Asterisk knows it");

/** CM13: a number with `*`, `#` and a leading `+`, or a word; one letter alone is one of the dialplan's own extensions. */
export const DialNumber = z
  .string()
  .regex(
    /^(?:\+?[0-9*#]{1,40}|[A-Za-z][A-Za-z0-9_.-]{1,39})$/,
    "must be a number of digits, * and #, or an extension's name",
  );

/** `Technology/resource-id`, as Asterisk names channels; never the `/expression/` that AMI's Hangup would take. */
const channel = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9]+\/[A-Za-z0-9_.@:+;=*#~/-]+$/, "must be a channel's name, such as PJSIP/1001-0000002a")
  .describe("channel's name as Asterisk knows it");

/** `+1415…`, or `Name <+1415…>`. */
const callerId = text(120).regex(
  /^(?:\+?[0-9*#]{1,40}|"?[^"<>\\]{1,80}?"? *<\+?[0-9*#]{1,40}>)$/,
  "must be a number, or a name and a <number>",
);

const variableName = z.string().regex(/^_{0,2}[A-Za-z][A-Za-z0-9_]{0,63}$/, "must be the name of a variable");
export const maxVariables = 20;
const variables = z
  .record(variableName, text(500, 0))
  .refine((record) => Object.keys(record).length <= maxVariables, `must be at most ${maxVariables}`);

const deadlineSeconds = z
  .number()
  .int()
  .min(1)
  .max(maxDeadlineSeconds)
  .optional()
  .describe(`when it must have been started at the latest; ${defaultDeadlineSeconds} if absent`);
const penalty = z.number().int().min(0).max(1_000_000);

/** CM10: one agent's only call, one channel, or that one of the agent's calls in which the channel is. */
const party = { agent: agent.optional(), channel: channel.optional() };
const hasParty = (command: { agent?: unknown; channel?: unknown }): boolean =>
  command.agent !== undefined || command.channel !== undefined;
const needsParty = { path: ["agent"], message: "or channel is needed" };

/** CM1. */
export const Originate = z.strictObject({
  type: z.literal("originate"),
  agent,
  to: DialNumber,
  callerId: callerId.optional(),
  variables: variables.optional(),
  timeoutSeconds: z.number().int().min(1).max(300).optional(),
  deadlineSeconds,
});
/** CM2. */
export const Redirect = z
  .strictObject({ type: z.literal("redirect"), ...party, to: DialNumber, deadlineSeconds })
  .refine(hasParty, needsParty);
/** CM3. */
export const Park = z
  .strictObject({
    type: z.literal("park"),
    ...party,
    timeoutSeconds: z.number().int().min(1).max(3600).optional(),
    deadlineSeconds,
  })
  .refine(hasParty, needsParty);
/** CM4. Without `queue`, remove and pause cover all the agent's queues. */
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
export const QueueRemove = z.strictObject({
  type: z.literal("queueRemove"),
  queue: queue.optional(),
  agent,
  deadlineSeconds,
});
export const QueuePause = z.strictObject({
  type: z.literal("queuePause"),
  queue: queue.optional(),
  agent,
  paused: z.boolean().default(true),
  reason: text(80).optional(),
  deadlineSeconds,
});
/** CM5. Without `queue`: all the agent's queues. */
export const QueuePenalty = z.strictObject({
  type: z.literal("queuePenalty"),
  queue: queue.optional(),
  agent,
  penalty,
  deadlineSeconds,
});
/** CM5. Without `queue`: all queues. */
export const QueueReset = z.strictObject({ type: z.literal("queueReset"), queue: queue.optional(), deadlineSeconds });
/** CM6. */
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
]);
export type Command = z.infer<typeof Command>;
/** As a client writes it, before names are checked and defaults filled in. */
export type CommandInput = z.input<typeof Command>;
export type CommandType = Command["type"];
export type CommandOf<Type extends CommandType> = Extract<Command, { type: Type }>;

/** A question about an agent's calls, for pbxis-ws's `GET /bridged-channels` (AP8); no client can send it as a command. */
export const FindCalls = z.strictObject({ type: z.literal("findCalls"), agent, deadlineSeconds });
/** AP11: an operator's request that the connector compare its model with Asterisk now; no client can send it as a command. */
export const AuditNow = z.strictObject({ type: z.literal("audit"), deadlineSeconds });
export const SiteCommand = z.discriminatedUnion("type", [...Command.options, FindCalls, AuditNow]);
export type SiteCommand = z.infer<typeof SiteCommand>;

/** CM10: one call of an agent. `bridgedChannel` is null while it only rings; `callerId` is the other party's number, null if withheld. */
export const Candidate = z.object({
  agentChannel: z.string(),
  bridgedChannel: z.string().nullable(),
  callerId: z.string().nullable(),
});
export type Candidate = z.infer<typeof Candidate>;

/** Why a command failed: what the connector can say. See `httpErrors` for what each means to a client. */
export const FailureCode = z.literal([
  "bad_request",
  "forbidden",
  "not_found",
  "several_calls",
  "asterisk_refused",
  "not_permitted",
  "unavailable",
  "deadline_passed",
]);
export type FailureCode = z.infer<typeof FailureCode>;

/** `actionId`: CM1. `channel`: what was transferred, parked or hung up. `parkingSpace`: CM3. `queues`: what CM4 and CM5 changed. `calls`: FindCalls. `audit`: AuditNow. */
export const CommandResult = z.object({
  actionId: z.string().optional(),
  channel: z.string().optional(),
  parkingSpace: z.string().optional(),
  queues: z.array(z.string()).optional(),
  calls: z.array(Candidate).optional(),
  audit: Audit.optional(),
});
export type CommandResult = z.infer<typeof CommandResult>;

/**
 * CM11: every command ends in exactly one of these. Of a failure: `queues` were changed all the same; `actionId` is that of the originate
 * that Asterisk refused, as in its `originateFailed`.
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

export const CommandId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
