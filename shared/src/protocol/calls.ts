/** The list of a site's queue calls (AP13 of PROTOCOL.md). */
import * as z from "zod";
import { AgentId, QueueName } from "./id.ts";
import { Milliseconds } from "./time.ts";

/** How a wait in a queue ended (EV16). */
export const callOutcomes = ["answered", "abandoned", "exited", "picked", "moved", "hungUp", "unknown"] as const;

const place = z.number().int().positive().nullable();

/**
 * One wait of one caller in one queue, and the talk that followed. `joinedAt`, `answeredAt` and `endedAt` are ms since
 * 1970, `waitTime` and `talkTime` ms. `endedAt` is null while the talk goes on. The fields of the talk (`endedAt` of an
 * answered call, `talkTime`, `recording`, `reason`) are null if they are not known, or if the token does not grant the
 * agent. `number` and `name` are null without the claim `callers`.
 */
export const QueueCall = z.object({
  queue: QueueName,
  uniqueId: z.string(),
  callId: z.string(),
  outcome: z.string(),
  agent: AgentId.nullable(),
  number: z.string().nullable(),
  name: z.string().nullable(),
  joinedAt: Milliseconds.nullable(),
  answeredAt: Milliseconds.nullable(),
  endedAt: Milliseconds.nullable(),
  waitTime: Milliseconds.nullable(),
  talkTime: Milliseconds.nullable(),
  position: place,
  originalPosition: place,
  recording: z.string().nullable(),
  reason: z.string().nullable(),
});
export type QueueCall = z.infer<typeof QueueCall>;

/** AP13: newest first. `next` is the cursor of the next page, null if there is none. */
export const CallsAnswer = z.object({ calls: z.array(QueueCall), next: z.string().nullable() });
export type CallsAnswer = z.infer<typeof CallsAnswer>;
