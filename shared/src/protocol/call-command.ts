/**
 * The commands about a call in progress (CM20–CM25): what its agent, or a supervisor, can do in it. The call is the
 * agent's only one, or the one that `channel`, `callId` or `uniqueId` names (CM10).
 */
import * as z from "zod";
import { agent, DialNumber, deadlineSeconds, party } from "./command-field.ts";

/** CM23, CM24: how long the phone of the supervisor, or of who picks up, rings. */
export const defaultJoinSeconds = 20;

const call = { ...party, agent };

/** CM20: holds the other party, and calls `to` for the agent. */
const AttendedTransfer = z.strictObject({
  type: z.literal("attendedTransfer"),
  ...call,
  to: DialNumber,
  deadlineSeconds,
});
/** The transfer that was seen (EV4): nothing is done about another one. */
const consulting = {
  agent,
  callId: party.callId,
  to: DialNumber.optional().describe("whom the agent calls (EV4 consulting): nothing is done if it is somebody else"),
  deadlineSeconds,
};
/** CM20: connects the other party with whom the agent called, and ends the agent's part. */
const CompleteTransfer = z.strictObject({ type: z.literal("completeTransfer"), ...consulting });
/** CM20: makes a conference of all three. */
const JoinTransfer = z.strictObject({ type: z.literal("joinTransfer"), ...consulting });
/** CM20: ends the call for help, and brings the agent back to the other party. */
const CancelTransfer = z.strictObject({ type: z.literal("cancelTransfer"), ...consulting });

/** CM21: the other party does not hear the agent any more, or does again. */
const Mute = z.strictObject({
  type: z.literal("mute"),
  ...call,
  muted: z.boolean().default(true),
  deadlineSeconds,
});

/** CM22: pauses, resumes or ends the recording of the call. */
const Recording = z.strictObject({
  type: z.literal("recording"),
  ...call,
  state: z.literal(["paused", "on", "stopped"]),
  deadlineSeconds,
});

export const SpyMode = z.literal(["listen", "whisper", "barge"]);
export type SpyMode = z.infer<typeof SpyMode>;

/** CM23: rings the supervisor, who then hears the agent's call. While it runs, changes what the others hear. */
const Spy = z.strictObject({
  type: z.literal("spy"),
  ...call,
  supervisor: agent.describe("id of the agent whose phone rings"),
  mode: SpyMode,
  timeoutSeconds: z.number().int().min(1).max(60).optional(),
  deadlineSeconds,
});

/** CM24: rings the agent, who then has the call that rings at another. */
const Pickup = z.strictObject({
  type: z.literal("pickup"),
  agent,
  of: agent.describe("id of the agent whose phone rings"),
  callId: party.callId,
  deadlineSeconds,
});

/** CM25: plays digits to the other party. */
const SendDigits = z.strictObject({
  type: z.literal("sendDigits"),
  ...call,
  digits: z.string().regex(/^[0-9*#A-D]{1,32}$/, "must be 1-32 of 0-9 * # A-D"),
  deadlineSeconds,
});

/** Members of the union `Command`. */
export const callCommands = [
  AttendedTransfer,
  CompleteTransfer,
  JoinTransfer,
  CancelTransfer,
  Mute,
  Recording,
  Spy,
  Pickup,
  SendDigits,
] as const;
