/**
 * The states of one action, from the user's request to the command's outcome (CM10–CM12). Pure: the command to send is
 * returned as data.
 *
 * | kind       | meaning                                              | exits                                         |
 * |------------|------------------------------------------------------|-----------------------------------------------|
 * | (null)     | there is no action                                   | confirming, pending                           |
 * | confirming | a dialog asks for confirmation                       | pending, or failed if the call has changed;   |
 * |            |                                                      | null by cancel                                |
 * | pending    | the command was sent, its outcome is not known yet   | done, failed, unknown, choosing               |
 * | choosing   | the agent has several calls; nothing was done        | pending for the chosen call; null by cancel   |
 * | done       | the command was carried out                          | failed by a late `originateFailed`; null      |
 * | failed     | nothing was done, except in the queues of `failure`  | pending by retry; null                        |
 * | unknown    | the command may have been carried out                | pending by retry under the same key; null     |
 */
import type { Candidate, CommandFailure, CommandInput, CommandOutcome, CommandResult } from "@pbxis/shared/client";
import { callOfCandidate, changeOf, naming, type ShownCall } from "./shown-call.ts";

/**
 * The user's request. All attempts under one `key` are one command (CM12). With `mustConfirm` it is sent only after the
 * user has confirmed it. `call`: the call that the page showed, for a command about it; null if it showed none.
 */
export type Intent = Readonly<{ command: CommandInput; key: string; mustConfirm: boolean; call: ShownCall | null }>;

export type Failure = Readonly<{
  code: CommandFailure["code"] | "originate_failed" | "call_changed";
  message: string;
  queues: readonly string[];
}>;

export type Action =
  | Readonly<{ kind: "confirming"; intent: Intent }>
  | Readonly<{ kind: "pending"; intent: Intent }>
  | Readonly<{ kind: "choosing"; intent: Intent; candidates: readonly Candidate[] }>
  | Readonly<{ kind: "done"; intent: Intent; result: CommandResult }>
  /** `isRecorded`: the site has recorded this outcome and answers with it whenever the same key is sent again. */
  | Readonly<{ kind: "failed"; intent: Intent; failure: Failure; isRecorded: boolean }>
  | Readonly<{ kind: "unknown"; intent: Intent; message: string; isRecorded: boolean }>;

export type ActionInput =
  | Readonly<{ kind: "request"; intent: Intent }>
  /** `call`: the call that the agent has now, or the caller if still waiting. `agent`: the agent's name. */
  | Readonly<{ kind: "confirm"; call: ShownCall | null; agent: string }>
  /** Closes the confirmation or the choice. */
  | Readonly<{ kind: "cancel" }>
  /** Removes an action that has ended. */
  | Readonly<{ kind: "dismiss" }>
  | Readonly<{ kind: "outcome"; key: string; outcome: CommandOutcome }>
  /** `newKey`: a choice makes another command, and so does a retry of a recorded failure. */
  | Readonly<{ kind: "choose"; candidate: Candidate; newKey: string }>
  | Readonly<{ kind: "retry"; newKey: string }>
  /** EV7: an originated call whose command was done has failed. */
  | Readonly<{ kind: "originateFailed"; actionId: string; reason: string }>;

export type ActionStep = Readonly<{ action: Action | null; send: Intent | null }>;

export function stepAction(action: Action | null, input: ActionInput): ActionStep {
  const unchanged: ActionStep = { action, send: null };
  if (input.kind === "request") return action === null ? start(input.intent) : unchanged;
  if (action === null) return unchanged;
  switch (input.kind) {
    case "confirm":
      return action.kind === "confirming" ? confirmed(action.intent, input.call, input.agent) : unchanged;
    case "cancel":
      return action.kind === "confirming" || action.kind === "choosing" ? removed : unchanged;
    case "dismiss":
      return isSettled(action) ? removed : unchanged;
    case "outcome": {
      if (action.kind !== "pending" || action.intent.key !== input.key) return unchanged;
      return { action: settled(action.intent, input.outcome), send: null };
    }
    case "choose":
      return action.kind === "choosing" ? send(chosen(action.intent, input.candidate, input.newKey)) : unchanged;
    case "retry":
      return retry(action, input.newKey);
    case "originateFailed":
      return { action: originateFailed(action, input), send: null };
  }
}

const removed: ActionStep = { action: null, send: null };

/** Whether the action has ended. Only a late `originateFailed` still changes it without the user. */
export function isSettled(action: Action): action is Extract<Action, { kind: "done" | "failed" | "unknown" }> {
  return action.kind === "done" || action.kind === "failed" || action.kind === "unknown";
}

/** Whether the user may retry. A command whose unknown outcome is recorded is never repeated (CM11). */
export function mayRetry(action: Action): boolean {
  if (action.kind === "unknown") return !action.isRecorded;
  return action.kind === "failed" && retryable.has(action.failure.code);
}

/** The failures after which the same command may succeed. The others need another command, token or configuration. */
const retryable: ReadonlySet<Failure["code"]> = new Set([
  "unavailable",
  "too_fast",
  "internal",
  "deadline_passed",
  "asterisk_refused",
  "originate_failed",
  "unreadable",
  "no_token",
]);

function start(intent: Intent): ActionStep {
  return intent.mustConfirm ? { action: { kind: "confirming", intent }, send: null } : send(intent);
}

/** What is confirmed must be the call that was shown. */
function confirmed(intent: Intent, now: ShownCall | null, agent: string): ActionStep {
  const message = changeOf(intent.command, intent.call, now, agent);
  if (message === null) return send(intent);
  const failure: Failure = { code: "call_changed", message, queues: [] };
  return { action: { kind: "failed", intent, failure, isRecorded: false }, send: null };
}

function send(intent: Intent): ActionStep {
  return { action: { kind: "pending", intent }, send: intent };
}

function retry(action: Action, newKey: string): ActionStep {
  if (!mayRetry(action)) return { action, send: null };
  const { intent } = action;
  // An unknown outcome keeps its key: if the command reached the site, the site answers with its outcome and does
  // nothing.
  const needsNewKey = action.kind === "failed" && action.isRecorded;
  return send(needsNewKey ? { ...intent, key: newKey } : intent);
}

function settled(intent: Intent, outcome: CommandOutcome): Action {
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

/** CM10: the agent, the agent's own channel and the ids identify the call and whom it connects. */
function chosen(intent: Intent, candidate: Candidate, key: string): Intent {
  const call = callOfCandidate(candidate);
  const command = naming(intent.command, call);
  switch (command.type) {
    case "redirect":
    case "park":
    case "hangup":
    case "attendedTransfer":
    case "mute":
    case "recording":
    case "spy":
    case "sendDigits":
      return { ...intent, command: { ...command, channel: candidate.agentChannel }, key, call };
    default:
      return { ...intent, key };
  }
}

function originateFailed(action: Action, { actionId, reason }: Readonly<{ actionId: string; reason: string }>): Action {
  if (action.kind !== "done" || action.result.actionId !== actionId) return action;
  const failure: Failure = { code: "originate_failed", message: reason, queues: [] };
  return { kind: "failed", intent: action.intent, failure, isRecorded: true };
}
