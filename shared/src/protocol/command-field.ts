/**
 * The fields that several commands share (section 10 of PROTOCOL.md), with what each may hold (CM13). The worker checks
 * every value by these schemas, and the connector checks it again.
 */
import * as z from "zod";
import { AgentId, QueueName } from "./id.ts";
import { hasLineSeparator, text } from "./text.ts";

/** CM11: the time from when the site accepts a command until it must not be started any more. */
export const defaultDeadlineSeconds = 10;
export const maxDeadlineSeconds = 60;

/** An agent's id becomes part of a dial string, so characters with a meaning in dial strings are excluded. */
export const agent = AgentId.regex(/^[A-Za-z0-9_.+-]{1,64}$/, "must be 1-64 of letters, digits, _ . + -").describe(
  "agent's id, such as 1001",
);
export const queue = QueueName.refine((name) => !hasLineSeparator(name), "must have no line separator").describe(
  "queue's name as Asterisk knows it",
);

/**
 * CM13: a number with `*`, `#` and a leading `+`, or an extension's name. A single letter is excluded: those are the
 * dialplan's special extensions, such as `h` and `i`.
 */
export const DialNumber = z
  .string()
  .regex(
    /^(?:\+?[0-9*#]{1,40}|[A-Za-z][A-Za-z0-9_.-]{1,39})$/,
    "must be a number of digits, * and #, or an extension's name",
  );

/**
 * `Technology/resource-id`, as Asterisk names channels. Excludes `/regex/`, which AMI's Hangup would accept as a
 * pattern.
 */
const channel = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9]+\/[A-Za-z0-9_.@:+;=*#~/-]+$/, "must be a channel's name, such as PJSIP/1001-0000002a")
  .describe("channel's name as Asterisk knows it");

export const deadlineSeconds = z
  .number()
  .int()
  .min(1)
  .max(maxDeadlineSeconds)
  .optional()
  .describe(`the command is not started later than this after it was accepted; ${defaultDeadlineSeconds} by default`);

/**
 * CM10: an agent's only call, or a channel's call, or if both are given the agent's call with that channel. `callId`
 * and `uniqueId` are those of EV4: the agent's call must still be that one.
 */
export const party = {
  agent: agent.optional(),
  channel: channel.optional(),
  callId: text(150).optional().describe("callId of the agent's call (EV4): nothing is done if it is another one"),
  uniqueId: text(150).optional().describe("uniqueId of the agent's call (EV4): nothing is done if it is another one"),
};
type Party = { agent?: unknown; channel?: unknown; callId?: unknown; uniqueId?: unknown };
/** Without an agent there is no call of EV4 to compare with. */
export const hasParty = ({ agent, channel, callId, uniqueId }: Party): boolean =>
  agent !== undefined || (channel !== undefined && callId === undefined && uniqueId === undefined);
export const needsParty = { path: ["agent"], message: "is required, or channel without callId and uniqueId" };
