/**
 * A command that is sent until its outcome is known, and carried out once: a broken request is repeated with the same key (CM12), and what
 * may have been done is never sent anew (CM11).
 */
import { type Backoff, backoffDelayMs } from "../backoff.ts";
import type { Candidate, CommandInput, CommandResult } from "../command.ts";
import { type HttpErrorCode, httpErrors } from "../error.ts";
import { type Http, SiteError } from "./http.ts";
import type { Platform } from "./platform.ts";

/** `failed`: nothing was done, but for what `details.queues` names. `unknown`: it may have been done. */
export type CommandOutcome =
  | Readonly<{ status: "done"; commandId: string; result: CommandResult }>
  | Readonly<{ status: "failed"; commandId: string | null; error: CommandFailure }>
  | Readonly<{
      status: "unknown";
      commandId: string | null;
      error: Readonly<{ code: "outcome_unknown"; message: string }>;
    }>;

export type CommandFailure = Readonly<{
  code: Exclude<HttpErrorCode, "outcome_unknown"> | "unreadable";
  message: string;
  /** CM10: with the code `several_calls`. */
  candidates?: readonly Candidate[];
  queues?: readonly string[];
}>;

export type CommandOptions = Readonly<{
  /** What makes two sendings one command; a random one if absent. */
  idempotencyKey?: string;
}>;

export const commandBackoff: Backoff = { baseMs: 300, maxMs: 3_000, stableMs: 0 };
const maxAttempts = 8;
/** The site waits for an outcome five seconds longer than the deadline; an answer has this long in all. */
const answerMarginMs = 15_000;
const defaultDeadlineSeconds = 10;

export async function sendCommand(
  http: Http,
  platform: Platform,
  command: CommandInput,
  { idempotencyKey = platform.randomId() }: CommandOptions,
): Promise<CommandOutcome> {
  const deadlineMs = (command.deadlineSeconds ?? defaultDeadlineSeconds) * 1000;
  const giveUpAt = platform.now() + deadlineMs + answerMarginMs;
  let reached = false;
  for (let attempt = 0; ; attempt++) {
    const answer = await ask(http, platform, command, idempotencyKey, giveUpAt - platform.now());
    if (answer.kind === "outcome") return answer.outcome;
    reached ||= answer.mayHaveReached;
    const delay = backoffDelayMs(commandBackoff, attempt, platform.random());
    if (attempt + 1 >= maxAttempts || platform.now() + delay >= giveUpAt) return lastWord(answer.error, reached);
    await new Promise<void>((resolve) => platform.setTimer(delay, resolve));
  }
}

type Answer =
  | Readonly<{ kind: "outcome"; outcome: CommandOutcome }>
  /** `mayHaveReached`: nobody knows whether the site has taken it. */
  | Readonly<{ kind: "again"; error: SiteError; mayHaveReached: boolean }>;

async function ask(http: Http, platform: Platform, command: CommandInput, key: string, forMs: number): Promise<Answer> {
  const { signal, abort } = platform.newAbort();
  const stop = platform.setTimer(Math.max(0, forMs), abort);
  try {
    const headers = { "content-type": "application/json", "idempotency-key": key };
    const body = JSON.stringify(command);
    const done: { commandId: string; result: CommandResult } = await http.json("/commands", {
      method: "POST",
      headers,
      body,
      signal,
    });
    return { kind: "outcome", outcome: { status: "done", commandId: done.commandId, result: done.result } };
  } catch (error) {
    if (error instanceof SiteError) return answerOf(error);
    const because = error instanceof Error ? error.message : String(error);
    return { kind: "again", error: new SiteError(0, "network", because), mayHaveReached: true };
  } finally {
    stop();
  }
}

function answerOf(error: SiteError): Answer {
  const { status, code, message } = error;
  if (code === "network") return { kind: "again", error, mayHaveReached: true };
  if (code === "outcome_unknown")
    return { kind: "outcome", outcome: { status: "unknown", commandId: null, error: { code, message } } };
  // An outcome of the command itself is stored, and asking again would only give it once more. A gateway's words are none.
  const isSites = code !== "unreadable" && httpErrors[code] !== undefined;
  const isTransient = isSites ? httpErrors[code].retry === "backoff" && code !== "deadline_passed" : status >= 500;
  if (isTransient) return { kind: "again", error, mayHaveReached: !isSites || code === "internal" };
  return { kind: "outcome", outcome: failure(error) };
}

function failure({ code, message, details }: SiteError): CommandOutcome {
  const known = code === "network" || code === "outcome_unknown" ? "unavailable" : code;
  return { status: "failed", commandId: null, error: { ...details, code: known, message } };
}

function lastWord(error: SiteError, reached: boolean): CommandOutcome {
  if (!reached) return failure(error);
  const message = `the site could not be asked how it ended: ${error.message}`;
  return { status: "unknown", commandId: null, error: { code: "outcome_unknown", message } };
}
