/**
 * The life of one action, from the wish to its outcome (CM10–CM12). Pure: what is to be sent comes back as data.
 *
 * | kind       | what holds                                        | goes to                                            |
 * |------------|---------------------------------------------------|----------------------------------------------------|
 * | (null)     | nobody wishes anything: idle                      | confirming, pending                                |
 * | confirming | somebody is asked whether it is really meant      | pending; null by cancel                            |
 * | pending    | it was sent, and how it ends is not known yet     | done, failed, unknown, choosing                    |
 * | choosing   | the agent has several calls, nothing was done     | pending for the chosen one; null by cancel         |
 * | done       | it was done                                       | failed by a late `originateFailed`; null           |
 * | failed     | it was not done, but for what `failure` names     | pending by retry; null                             |
 * | unknown    | it may have been done                             | pending by asking again under the same key; null   |
 */
import type { Candidate, CommandFailure, CommandInput, CommandOutcome, CommandResult } from "@pbxis/shared/client";

/** What a person wants. `key` makes all sendings of it one command (CM12); `mustConfirm`: not before it was confirmed. */
export type Intent = Readonly<{ command: CommandInput; key: string; mustConfirm: boolean }>;

export type Failure = Readonly<{
  code: CommandFailure["code"] | "originate_failed";
  message: string;
  queues: readonly string[];
}>;

export type Action =
  | Readonly<{ kind: "confirming"; intent: Intent }>
  | Readonly<{ kind: "pending"; intent: Intent }>
  | Readonly<{ kind: "choosing"; intent: Intent; candidates: readonly Candidate[] }>
  | Readonly<{ kind: "done"; intent: Intent; result: CommandResult }>
  /** `isRecorded`: the site keeps this outcome, and would only give it once more for the same key. */
  | Readonly<{ kind: "failed"; intent: Intent; failure: Failure; isRecorded: boolean }>
  | Readonly<{ kind: "unknown"; intent: Intent; message: string; isRecorded: boolean }>;

export type ActionInput =
  | Readonly<{ kind: "ask"; intent: Intent }>
  | Readonly<{ kind: "confirm" }>
  /** Of the question or of the choice; `dismiss` is of how it ended. */
  | Readonly<{ kind: "cancel" }>
  | Readonly<{ kind: "dismiss" }>
  | Readonly<{ kind: "outcome"; key: string; outcome: CommandOutcome }>
  /** `newKey`: the chosen call makes it another command, and so may a retry. */
  | Readonly<{ kind: "choose"; candidate: Candidate; newKey: string }>
  | Readonly<{ kind: "retry"; newKey: string }>
  /** EV7: what was taken has failed after all. */
  | Readonly<{ kind: "originateFailed"; actionId: string; reason: string }>;

export type Step = Readonly<{ action: Action | null; send: Intent | null }>;

export function stepAction(action: Action | null, input: ActionInput): Step {
  const unchanged: Step = { action, send: null };
  if (input.kind === "ask") return action === null ? begin(input.intent) : unchanged;
  if (action === null) return unchanged;
  switch (input.kind) {
    case "confirm":
      return action.kind === "confirming" ? sent(action.intent) : unchanged;
    case "cancel":
      return action.kind === "confirming" || action.kind === "choosing" ? gone : unchanged;
    case "dismiss":
      return isSettled(action) ? gone : unchanged;
    case "outcome": {
      if (action.kind !== "pending" || action.intent.key !== input.key) return unchanged;
      return { action: ended(action.intent, input.outcome), send: null };
    }
    case "choose":
      if (action.kind !== "choosing") return unchanged;
      return sent({ ...action.intent, command: withCall(action.intent.command, input.candidate), key: input.newKey });
    case "retry":
      return retry(action, input.newKey);
    case "originateFailed":
      return { action: originateFailed(action, input), send: null };
  }
}

const gone: Step = { action: null, send: null };

/** Nothing more comes by itself, but for a late `originateFailed`. */
export function isSettled(action: Action): action is Extract<Action, { kind: "done" | "failed" | "unknown" }> {
  return action.kind === "done" || action.kind === "failed" || action.kind === "unknown";
}

/** Nothing is ever repeated that may have been done and is recorded so (CM11). */
export function mayRetry(action: Action): boolean {
  if (action.kind === "unknown") return !action.isRecorded;
  return action.kind === "failed" && retryable.has(action.failure.code);
}

/** Where the same wish may have better luck. The rest needs another wish, another token or another PBX. */
const retryable: ReadonlySet<Failure["code"]> = new Set([
  "unavailable",
  "internal",
  "deadline_passed",
  "asterisk_refused",
  "originate_failed",
  "unreadable",
  "no_token",
]);

function begin(intent: Intent): Step {
  return intent.mustConfirm ? { action: { kind: "confirming", intent }, send: null } : sent(intent);
}

function sent(intent: Intent): Step {
  return { action: { kind: "pending", intent }, send: intent };
}

function retry(action: Action, newKey: string): Step {
  if (!mayRetry(action)) return { action, send: null };
  const { intent } = action;
  // What is unknown keeps its key: if it has reached the site, the site tells how it ended and does nothing.
  const isNew = action.kind === "failed" && action.isRecorded;
  return sent(isNew ? { ...intent, key: newKey } : intent);
}

function ended(intent: Intent, outcome: CommandOutcome): Action {
  const isRecorded = outcome.commandId !== null;
  switch (outcome.status) {
    case "done":
      return { kind: "done", intent, result: outcome.result };
    case "unknown":
      return { kind: "unknown", intent, message: outcome.error.message, isRecorded };
    case "failed": {
      const { code, message, candidates = [], queues = [] } = outcome.error;
      if (code === "several_calls" && candidates.length > 0) return { kind: "choosing", intent, candidates };
      return { kind: "failed", intent, failure: { code, message, queues }, isRecorded };
    }
  }
}

/** CM10: the agent's own channel, with the agent, names the call whatever is at its other end. */
function withCall(command: CommandInput, { agentChannel }: Candidate): CommandInput {
  switch (command.type) {
    case "redirect":
    case "park":
    case "hangup":
      return { ...command, channel: agentChannel };
    default:
      return command;
  }
}

function originateFailed(action: Action, { actionId, reason }: Readonly<{ actionId: string; reason: string }>): Action {
  if (action.kind !== "done" || action.result.actionId !== actionId) return action;
  const failure: Failure = { code: "originate_failed", message: reason, queues: [] };
  return { kind: "failed", intent: action.intent, failure, isRecorded: true };
}
