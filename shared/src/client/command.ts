/**
 * Sends a command until its outcome is known. Failed requests are repeated with the same idempotency key, so that the
 * command is carried out at most once (CM12). A command that may have been carried out is never sent as a new one
 * (CM11).
 */
import { type Backoff, backoffDelayMs } from "../backoff.ts";
import type { Candidate, CommandInput, CommandResult } from "../protocol/command.ts";
import { type HttpErrorCode, httpErrors } from "../protocol/error.ts";
import { type Http, messageOf, SiteError } from "./http.ts";
import type { Platform } from "./platform.ts";

/**
 * How a command ended (CM11). `done`: carried out, `result` as in section 10 of PROTOCOL.md. `failed`: not carried out,
 * except in the queues that `error.queues` lists. `unknown`: it may have been carried out; sending it again may do it
 * twice. `commandId` is null if the site did not accept the command or did not answer. Example: `{ status: "done",
 * commandId: "5f0c…", result: { actionId: "pbxis-1" } }`.
 */
export type CommandOutcome =
  | Readonly<{ status: "done"; commandId: string; result: CommandResult }>
  | Readonly<{ status: "failed"; commandId: string | null; error: CommandFailure }>
  | Readonly<{
      status: "unknown";
      commandId: string | null;
      error: Readonly<{ code: "outcome_unknown"; message: string }>;
    }>;

/**
 * `code` is one of the site's (section 8 of PROTOCOL.md) or one of the client's own: `no_token`, the token function
 * failed; `unreadable`, something other than the site answered; `aborted`, the caller's signal aborted before the
 * command was sent.
 */
export type CommandFailure = Readonly<{
  code: Exclude<HttpErrorCode, "outcome_unknown"> | "no_token" | "unreadable" | "aborted";
  message: string;
  /** With `several_calls` (CM10): the calls to choose from. Nothing was done. */
  candidates?: readonly Candidate[];
  /** The queues in which the command was carried out before it failed. */
  queues?: readonly string[];
}>;

/** The part of an AbortSignal that the client uses. */
export type AbortSignalLike = Readonly<{
  aborted: boolean;
  addEventListener: (type: "abort", listener: () => void) => void;
  removeEventListener: (type: "abort", listener: () => void) => void;
}>;

export type CommandOptions = Readonly<{
  /** Calls with the same key are one command (CM12): up to 255 characters of printable ASCII. Random by default. */
  idempotencyKey?: string;
  /** Ends the wait, not the command: a command that was sent already ends as `unknown`. */
  signal?: AbortSignalLike;
}>;

const commandBackoff: Backoff = { baseMs: 300, maxMs: 3_000, stableMs: 0 };
const maxAttempts = 8;
/**
 * How long after the command's deadline a request is given up. The site itself waits five seconds longer than the
 * deadline.
 */
const answerMarginMs = 15_000;
const defaultDeadlineSeconds = 10;

/** The request or pause that is under way. `end` ends it early when the caller aborts. */
type Pending = { end: () => void };

/** Never rejects. */
export async function sendCommand(
  http: Http,
  platform: Platform,
  command: CommandInput,
  { idempotencyKey = platform.randomId(), signal }: CommandOptions,
): Promise<CommandOutcome> {
  const pending: Pending = { end: () => {} };
  const onAbort = (): void => pending.end();
  signal?.addEventListener("abort", onAbort);
  try {
    return await sendUntilKnown(http, platform, command, { idempotencyKey, signal, pending });
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * The site counts the deadline from when it accepts the command. So each attempt carries the seconds that are left, and
 * nothing is sent after the deadline.
 */
async function sendUntilKnown(
  http: Http,
  platform: Platform,
  command: CommandInput,
  {
    idempotencyKey,
    signal,
    pending,
  }: Readonly<{ idempotencyKey: string; signal: AbortSignalLike | undefined; pending: Pending }>,
): Promise<CommandOutcome> {
  const deadlineSeconds = command.deadlineSeconds ?? defaultDeadlineSeconds;
  const deadlineAt = platform.now() + deadlineSeconds * 1000;
  const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
  const body = (): string => {
    const leftMs = deadlineAt - platform.now();
    if (leftMs <= 0) throw new SiteError(0, "deadline_passed", "the deadline passed before the request could be sent");
    // Rounding of a clock with fractions of a ms may leave slightly more than the whole deadline.
    return JSON.stringify({ ...command, deadlineSeconds: Math.min(deadlineSeconds, Math.ceil(leftMs / 1000)) });
  };
  let mayHaveArrived = false;
  for (let attempt = 0; ; attempt++) {
    if (signal?.aborted) return abortedOutcome(mayHaveArrived);
    const request = { method: "POST", headers, body };
    const timeoutMs = deadlineAt + answerMarginMs - platform.now();
    const result = await attemptOnce(http, platform, request, timeoutMs, pending);
    if (result.kind === "outcome") return result.outcome;
    if (result.kind === "final") return finalOutcome(result.error, mayHaveArrived);
    mayHaveArrived ||= result.mayHaveArrived;
    const delay = backoffDelayMs(commandBackoff, attempt, platform.random());
    if (attempt + 1 >= maxAttempts || platform.now() + delay >= deadlineAt)
      return finalOutcome(result.error, mayHaveArrived);
    if (!signal?.aborted) await pause(platform, delay, pending);
  }
}

function pause(platform: Platform, ms: number, pending: Pending): Promise<void> {
  return new Promise((resolve) => {
    const cancel = platform.setTimer(ms, resolve);
    pending.end = () => {
      cancel();
      resolve();
    };
  });
}

type AttemptResult =
  | Readonly<{ kind: "outcome"; outcome: CommandOutcome }>
  /**
   * Retrying is useless. The refusal says nothing about earlier attempts, because the site refuses it before it looks
   * up the key.
   */
  | Readonly<{ kind: "final"; error: SiteError }>
  /** `mayHaveArrived`: the site may have accepted this attempt. */
  | Readonly<{ kind: "retry"; error: SiteError; mayHaveArrived: boolean }>;

async function attemptOnce(
  http: Http,
  platform: Platform,
  request: Readonly<{ method: string; headers: Readonly<Record<string, string>>; body: () => string }>,
  timeoutMs: number,
  pending: Pending,
): Promise<AttemptResult> {
  const { signal, abort } = platform.newAbort();
  const stop = platform.setTimer(Math.max(0, timeoutMs), abort);
  pending.end = abort;
  try {
    const done = await http.json<{ status: "done"; commandId: string; result: CommandResult } | null>("/commands", {
      ...request,
      signal,
    });
    if (done?.status !== "done") throw new SiteError(200, "unreadable", "the answer is not an outcome");
    return { kind: "outcome", outcome: { status: "done", commandId: done.commandId, result: done.result } };
  } catch (error) {
    return classify(error instanceof SiteError ? error : new SiteError(0, "network", messageOf(error)));
  } finally {
    stop();
  }
}

function classify(error: SiteError): AttemptResult {
  const { status, code, message, commandId } = error;
  if (code === "outcome_unknown" && commandId !== null)
    return { kind: "outcome", outcome: { status: "unknown", commandId, error: { code, message } } };
  // Without a command id, the Site object did not answer the worker. The same key asks for the same command again.
  if (code === "outcome_unknown") return { kind: "retry", error, mayHaveArrived: true };
  if (code === "no_token") return { kind: "retry", error, mayHaveArrived: false };
  if (code === "network") return { kind: "retry", error, mayHaveArrived: true };
  // A proxy or gateway answered. Its refusal (4xx) means that nothing was sent on; any other answer leaves that open.
  if (code === "unreadable" && (status < 300 || status === 408 || status >= 500))
    return { kind: "retry", error, mayHaveArrived: true };
  // With an id this is the command's own outcome, and a retry would only return it again. With `key_reused` the key
  // belongs to another command, so this one was never accepted (CM12).
  if (commandId !== null || code === "key_reused") return { kind: "outcome", outcome: failedOutcome(error) };
  if (code === "unreadable" || code === "deadline_passed" || httpErrors[code].retry !== "backoff")
    return { kind: "final", error };
  return { kind: "retry", error, mayHaveArrived: code === "internal" };
}

function failedOutcome({ code, message, details, commandId }: SiteError): CommandOutcome {
  const shownCode = code === "network" || code === "outcome_unknown" ? "unavailable" : code;
  return { status: "failed", commandId, error: { ...details, code: shownCode, message } };
}

/** The outcome after the last attempt failed with `error`. */
function finalOutcome(error: SiteError, mayHaveArrived: boolean): CommandOutcome {
  if (!mayHaveArrived) return failedOutcome(error);
  return unknownOutcome(`the outcome could not be read from the site: ${error.message}`);
}

function abortedOutcome(mayHaveArrived: boolean): CommandOutcome {
  if (mayHaveArrived) return unknownOutcome("the caller aborted before the outcome was known");
  const message = "the caller aborted before the command was sent";
  return { status: "failed", commandId: null, error: { code: "aborted", message } };
}

function unknownOutcome(message: string): CommandOutcome {
  return { status: "unknown", commandId: null, error: { code: "outcome_unknown", message } };
}
