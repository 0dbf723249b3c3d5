/**
 * A command that is sent until its outcome is known, and carried out once: a broken request is repeated with the same key (CM12), and what
 * may have been done is never sent anew (CM11).
 */
import { type Backoff, backoffDelayMs } from "../backoff.ts";
import type { Candidate, CommandInput, CommandResult } from "../protocol/command.ts";
import { type HttpErrorCode, httpErrors } from "../protocol/error.ts";
import { type Http, SiteError, wordsOf } from "./http.ts";
import type { Platform } from "./platform.ts";

/** `failed`: nothing was done, but for what `error.queues` names. `unknown`: it may have been done. */
export type CommandOutcome =
  | Readonly<{ status: "done"; commandId: string; result: CommandResult }>
  | Readonly<{ status: "failed"; commandId: string | null; error: CommandFailure }>
  | Readonly<{
      status: "unknown";
      commandId: string | null;
      error: Readonly<{ code: "outcome_unknown"; message: string }>;
    }>;

/** `aborted`: by the caller, before it was sent. */
export type CommandFailure = Readonly<{
  code: Exclude<HttpErrorCode, "outcome_unknown"> | "no_token" | "unreadable" | "aborted";
  message: string;
  /** CM10: with the code `several_calls`. */
  candidates?: readonly Candidate[];
  queues?: readonly string[];
}>;

/** What of an AbortSignal is needed. */
export type Signal = Readonly<{
  aborted: boolean;
  addEventListener: (type: "abort", listener: () => void) => void;
  removeEventListener: (type: "abort", listener: () => void) => void;
}>;

export type CommandOptions = Readonly<{
  /** What makes two sendings one command; a random one if absent. */
  idempotencyKey?: string;
  /** Ends the waiting, not the command: what was sent is then `unknown`. */
  signal?: Signal;
}>;

export const commandBackoff: Backoff = { baseMs: 300, maxMs: 3_000, stableMs: 0 };
const maxAttempts = 8;
/** The site waits for an outcome five seconds longer than the deadline; an answer has this long in all. */
const answerMarginMs = 15_000;
const defaultDeadlineSeconds = 10;

/** What a wait can be ended by: the caller, at any moment. */
type Wait = { end: () => void };

export async function sendCommand(
  http: Http,
  platform: Platform,
  command: CommandInput,
  { idempotencyKey = platform.randomId(), signal }: CommandOptions,
): Promise<CommandOutcome> {
  const wait: Wait = { end: () => {} };
  const onAbort = (): void => wait.end();
  signal?.addEventListener("abort", onAbort);
  try {
    return await sendUntilKnown(http, platform, command, { idempotencyKey, signal, wait });
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The site counts a deadline from when it takes the command: so each sending has what is left of it, and after it nothing is sent. */
async function sendUntilKnown(
  http: Http,
  platform: Platform,
  command: CommandInput,
  { idempotencyKey, signal, wait }: Readonly<{ idempotencyKey: string; signal: Signal | undefined; wait: Wait }>,
): Promise<CommandOutcome> {
  const allSeconds = command.deadlineSeconds ?? defaultDeadlineSeconds;
  const deadlineAt = platform.now() + allSeconds * 1000;
  const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
  const body = (): string => {
    const leftMs = deadlineAt - platform.now();
    if (leftMs <= 0) throw new SiteError(0, "deadline_passed", "the deadline passed before the request could be sent");
    // Of a clock with fractions of a ms there may seem to be a little more left than there was.
    return JSON.stringify({ ...command, deadlineSeconds: Math.min(allSeconds, Math.ceil(leftMs / 1000)) });
  };
  let mayBeThere = false;
  for (let attempt = 0; ; attempt++) {
    if (signal?.aborted) return abandoned(mayBeThere);
    const request = { method: "POST", headers, body };
    const answer = await ask(http, platform, request, deadlineAt + answerMarginMs - platform.now(), wait);
    if (answer.kind === "outcome") return answer.outcome;
    if (answer.kind === "refused") return lastWord(answer.error, mayBeThere);
    mayBeThere ||= answer.mayBeThere;
    const delay = backoffDelayMs(commandBackoff, attempt, platform.random());
    if (attempt + 1 >= maxAttempts || platform.now() + delay >= deadlineAt) return lastWord(answer.error, mayBeThere);
    if (!signal?.aborted) await pause(platform, delay, wait);
  }
}

function pause(platform: Platform, ms: number, wait: Wait): Promise<void> {
  return new Promise((resolve) => {
    const cancel = platform.setTimer(ms, resolve);
    wait.end = () => {
      cancel();
      resolve();
    };
  });
}

type Answer =
  | Readonly<{ kind: "outcome"; outcome: CommandOutcome }>
  /** To ask again is of no use. Nothing is said of what was sent before: its key is not even looked up. */
  | Readonly<{ kind: "refused"; error: SiteError }>
  /** `mayBeThere`: nobody knows whether the site has taken it. */
  | Readonly<{ kind: "again"; error: SiteError; mayBeThere: boolean }>;

async function ask(
  http: Http,
  platform: Platform,
  request: Readonly<{ method: string; headers: Readonly<Record<string, string>>; body: () => string }>,
  forMs: number,
  wait: Wait,
): Promise<Answer> {
  const { signal, abort } = platform.newAbort();
  const stop = platform.setTimer(Math.max(0, forMs), abort);
  wait.end = abort;
  try {
    const done = await http.json<{ status: "done"; commandId: string; result: CommandResult } | null>("/commands", {
      ...request,
      signal,
    });
    if (done?.status !== "done") throw new SiteError(200, "unreadable", "the site's answer is no outcome");
    return { kind: "outcome", outcome: { status: "done", commandId: done.commandId, result: done.result } };
  } catch (error) {
    return answerOf(error instanceof SiteError ? error : new SiteError(0, "network", wordsOf(error)));
  } finally {
    stop();
  }
}

function answerOf(error: SiteError): Answer {
  const { status, code, message, commandId } = error;
  if (code === "outcome_unknown" && commandId !== null)
    return { kind: "outcome", outcome: { status: "unknown", commandId, error: { code, message } } };
  // The site's object did not answer; by its key the command is asked for again.
  if (code === "outcome_unknown") return { kind: "again", error, mayBeThere: true };
  if (code === "no_token") return { kind: "again", error, mayBeThere: false };
  if (code === "network") return { kind: "again", error, mayBeThere: true };
  // Something in between has answered: that it refused is believed, that it or the site stumbled leaves all open.
  if (code === "unreadable" && (status < 300 || status === 408 || status >= 500))
    return { kind: "again", error, mayBeThere: true };
  // With an id it is the outcome of the command itself, which the key would only give once more; and a key that is another command's was
  // never this one's (CM12).
  if (commandId !== null || code === "key_reused") return { kind: "outcome", outcome: failure(error) };
  if (code === "unreadable" || code === "deadline_passed" || httpErrors[code].retry !== "backoff")
    return { kind: "refused", error };
  return { kind: "again", error, mayBeThere: code === "internal" };
}

function failure({ code, message, details, commandId }: SiteError): CommandOutcome {
  const known = code === "network" || code === "outcome_unknown" ? "unavailable" : code;
  return { status: "failed", commandId, error: { ...details, code: known, message } };
}

function lastWord(error: SiteError, mayBeThere: boolean): CommandOutcome {
  return mayBeThere ? notKnown(`the site could not be asked how it ended: ${error.message}`) : failure(error);
}

function abandoned(mayBeThere: boolean): CommandOutcome {
  if (mayBeThere) return notKnown("the caller did not wait for its outcome");
  return { status: "failed", commandId: null, error: { code: "aborted", message: "the caller took it back in time" } };
}

function notKnown(message: string): CommandOutcome {
  return { status: "unknown", commandId: null, error: { code: "outcome_unknown", message } };
}
