/**
 * How far an endpoint has got, and what follows from an answer of its receiver (AP14). Pure.
 *
 * | answer                            | the message                      | next                                   |
 * |-----------------------------------|----------------------------------|----------------------------------------|
 * | 2xx                               | is done                          | the next message                       |
 * | 410                               | stays the next one               | disabled, `gone`                       |
 * | anything else, or none            | is tried again, up to ten times  | a pause                                |
 * | the same at the tenth try         | becomes a dead letter            | the next message                       |
 * | the same for the fifth dead letter in a row | as above               | disabled, `failing`                    |
 *
 * What counts is failures in a row, not failures of one message: a state that was not taken may be replaced by a later
 * value of it.
 */
import {
  type Cursor,
  type DisabledReason,
  type WebhookAttempt,
  WebhookAttempt as WebhookAttemptSchema,
} from "@pbxis/shared";
import * as z from "zod";
import { CursorObject } from "../filter.ts";
import type { Message } from "./message.ts";
import { maxTries, retryAt } from "./schedule.ts";

const keptAttempts = 100;
const maxDeadInRow = 5;

const count = z.number().int().nonnegative();

/**
 * `cursor`: everything up to here is done; null before the first look at the log. `failures`: tries in a row that
 * failed. `retryAt` (ms) is when to send again. `deadInRow`: dead letters since the last message that was taken.
 * `attempts`: the last ones, newest first.
 */
export const Progress = z
  .object({
    cursor: CursorObject.nullable(),
    failures: count,
    retryAt: z.number().nullable(),
    deadInRow: count,
    attempts: z.array(WebhookAttemptSchema).readonly(),
  })
  .readonly();
export type Progress = z.infer<typeof Progress>;

export const noProgress: Progress = { cursor: null, failures: 0, retryAt: null, deadInRow: 0, attempts: [] };

/** What came back. `status` null: no answer, and `problem` says why. `retryAfterMs`: what the receiver asks for. */
export type Answer = Readonly<{
  status: number | null;
  ms: number;
  problem: string | null;
  retryAfterMs: number | null;
}>;

/** `outcome`: what becomes of the message. `disable`: the endpoint stops, and why. */
export type Step = Readonly<{
  progress: Progress;
  outcome: "done" | "again" | "dead";
  disable: DisabledReason | null;
}>;

/** `now` (ms) is when the answer came, `random` in [0, 1). */
export function onAnswer(progress: Progress, message: Message, answer: Answer, now: number, random: number): Step {
  const known = withAttempt(progress, message.id, answer, now);
  const { status } = answer;
  if (isTaken(status))
    return { progress: { ...moved(known, message.cursor), deadInRow: 0 }, outcome: "done", disable: null };
  if (status === 410) return { progress: { ...known, failures: 0, retryAt: null }, outcome: "again", disable: "gone" };
  const failures = known.failures + 1;
  if (failures < maxTries) {
    const at = retryAt(failures, answer.retryAfterMs, now, random);
    return { progress: { ...known, failures, retryAt: at }, outcome: "again", disable: null };
  }
  const deadInRow = known.deadInRow + 1;
  const next = { ...moved(known, message.cursor), deadInRow };
  return { progress: next, outcome: "dead", disable: deadInRow >= maxDeadInRow ? "failing" : null };
}

function isTaken(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

export function withAttempt(progress: Progress, id: string, answer: Answer, now: number): Progress {
  const { status, ms, problem } = answer;
  const attempt: WebhookAttempt = { at: Math.max(0, now - ms), id, status, ms, problem };
  return { ...progress, attempts: [attempt, ...progress.attempts.slice(0, keptAttempts - 1)] };
}

/** As if nothing had failed: an admin lets the endpoint go on. */
export function forgiven(progress: Progress): Progress {
  return { ...progress, failures: 0, retryAt: null, deadInRow: 0 };
}

function moved(progress: Progress, cursor: Cursor | null): Progress {
  return { ...progress, cursor: cursor ?? progress.cursor, failures: 0, retryAt: null };
}
