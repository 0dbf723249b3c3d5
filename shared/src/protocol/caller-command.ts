/**
 * CM7: the commands about a caller who waits in a queue. `uniqueId` is that of EV20: the caller must wait in that queue
 * now.
 */
import * as z from "zod";
import { agent, DialNumber, deadlineSeconds, queue } from "./command-field.ts";
import { text } from "./text.ts";

const caller = { queue, uniqueId: text(150).describe("uniqueId of the caller who waits (EV20)"), deadlineSeconds };

/** Rings the agent, and connects the caller with whoever answers. Until then the caller keeps the place. */
const PickCaller = z.strictObject({
  type: z.literal("pickCaller"),
  ...caller,
  agent,
  timeoutSeconds: z.number().int().min(1).max(60).optional(),
});
/** Sends the caller to an extension. */
const MoveCaller = z.strictObject({ type: z.literal("moveCaller"), ...caller, to: DialNumber });
/** Moves the caller in the queue: a higher priority comes first. */
const PrioritizeCaller = z.strictObject({
  type: z.literal("prioritizeCaller"),
  ...caller,
  priority: z.number().int().min(0).max(1000),
});
/** Hangs up. */
const HangupCaller = z.strictObject({ type: z.literal("hangupCaller"), ...caller });

export const callerCommands = [PickCaller, MoveCaller, PrioritizeCaller, HangupCaller] as const;
