/** The texts of commands: what they do, their outcomes, and the choice among several calls. Pure. */
import type { Candidate, CommandInput } from "@pbxis/shared/client";
import type { Action, Failure, Intent } from "./action.ts";
import { callCommandText } from "./call-texts.ts";
import { isAboutCaller, partyOf, type ShownCall, withParty } from "./shown-call.ts";

/** The name of an agent by its id. */
type NameOf = (agent: string) => string;

/** `request`: "Pause Ann in support"; `progress`: "Pausing Ann in support". */
export type CommandText = Readonly<{ request: string; progress: string }>;

export function commandText({ command, call }: Pick<Intent, "command" | "call">, nameOf: NameOf): CommandText {
  switch (command.type) {
    case "originate":
      return both(["Call", "Calling"], `${command.to} from the phone of ${nameOf(command.agent)}`);
    case "redirect":
      return both(["Transfer", "Transferring"], `${callOf(command, call, nameOf)} to ${command.to}`);
    case "park":
      return both(["Park", "Parking"], callOf(command, call, nameOf));
    case "hangup":
      return both(["Hang up", "Hanging up"], callOf(command, call, nameOf));
    case "queueAdd":
      return both(["Log on", "Logging on"], `${nameOf(command.agent)} to ${command.queue}`);
    case "queueRemove":
      return both(["Log off", "Logging off"], `${nameOf(command.agent)} from ${queueOf(command.queue)}`);
    case "queuePause": {
      const where = `${nameOf(command.agent)} in ${queueOf(command.queue)}`;
      if (command.paused === false) return both(["Unpause", "Unpausing"], where);
      return both(["Pause", "Pausing"], command.reason ? `${where} (${command.reason})` : where);
    }
    case "queuePenalty":
      return both(
        ["Set", "Setting"],
        `the penalty of ${nameOf(command.agent)} in ${queueOf(command.queue)} to ${command.penalty}`,
      );
    case "queueReset":
      return both(["Reset", "Resetting"], `the statistics of ${queueOf(command.queue)}`);
    case "pickCaller":
      return both(["Connect", "Connecting"], `${waitingOf(command.queue, call)} with ${nameOf(command.agent)}`);
    case "moveCaller":
      return both(["Move", "Moving"], `${waitingOf(command.queue, call)} to ${command.to}`);
    case "prioritizeCaller":
      return both(["Give", "Giving"], `${waitingOf(command.queue, call)} priority ${command.priority}`);
    case "hangupCaller":
      return both(["Hang up", "Hanging up"], waitingOf(command.queue, call));
    case "pickup":
      return both(
        ["Pick up", "Picking up"],
        `the call${withParty(call)} that rings at ${nameOf(command.of)}, with the phone of ${nameOf(command.agent)}`,
      );
    default:
      return both(...callCommandText(command, callOf(command, call, nameOf), nameOf));
  }
}

function both([request, progress]: readonly [request: string, progress: string], what: string): CommandText {
  return { request: `${request} ${what}`, progress: `${progress} ${what}` };
}

function callOf(
  { agent, channel }: Readonly<{ agent?: string | undefined; channel?: string | undefined }>,
  call: ShownCall | null,
  nameOf: NameOf,
) {
  return `the call of ${agent === undefined ? channel : nameOf(agent)}${withParty(call)}`;
}

function waitingOf(queue: string, call: ShownCall | null): string {
  return `${call === null ? "a caller" : partyOf(call)} (waiting in ${queue})`;
}

function queueOf(queue: string | undefined): string {
  return queue ?? "all queues";
}

/** What a confirmation adds to the request. */
export function consequence({ command, call }: Pick<Intent, "command" | "call">): string {
  switch (command.type) {
    case "hangup":
      return `${call === null ? "The other party is not known. " : ""}The call ends for both sides.`;
    case "hangupCaller":
      return "The caller loses the place in the queue, and the call ends.";
    case "recording":
      return "A stopped recording cannot be started again from here. A paused one can be resumed.";
    case "queueRemove":
      return "The agent gets no calls from there until the next log-on.";
    case "queueReset":
      return "Answered, abandoned, service level and averages restart at zero for everyone.";
    default:
      return "";
  }
}

export type Notice = Readonly<{ kind: "pending" | "done" | "failed" | "unknown"; title: string; text: string }>;

/** Null while the action shows a dialog instead. */
export function noticeOf(action: Action, nameOf: NameOf): Notice | null {
  const { request, progress } = commandText(action.intent, nameOf);
  switch (action.kind) {
    case "pending":
      return { kind: "pending", title: `${progress}…`, text: "" };
    case "done":
      return { kind: "done", title: `Done: ${lowerFirst(request)}.`, text: resultText(action) };
    case "failed":
      return {
        kind: "failed",
        title: `${failedTitle(action)}: ${lowerFirst(request)}.`,
        text: failedText(action),
      };
    case "unknown":
      return {
        kind: "unknown",
        title: `Outcome unknown: ${lowerFirst(request)}.`,
        text: `It may have been carried out (${action.message}). Check before you try again.`,
      };
    default:
      return null;
  }
}

/** CM10: the call that was shown is gone, as the page or the connector found. Nothing failed, and nothing was done. */
function failedTitle({ intent, failure }: Extract<Action, { kind: "failed" }>): string {
  return failure.code === "call_changed" || isGone(intent, failure) ? "Not done" : "Failed";
}

function isGone({ call }: Intent, { code }: Failure): boolean {
  return code === "not_found" && call !== null;
}

function failedText({ intent, failure }: Extract<Action, { kind: "failed" }>): string {
  return isGone(intent, failure) ? goneText(intent.command) : failureText(failure);
}

function goneText(command: CommandInput): string {
  if (isAboutCaller(command)) return `The caller is no longer waiting in ${command.queue}. Nothing was done.`;
  if (command.type === "pickup") return "The call is no longer ringing there. Nothing was done.";
  return "The call has ended, or goes on with somebody else. Nothing was done.";
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function resultText({ intent, result }: Extract<Action, { kind: "done" }>): string {
  if (result.parkingSpace !== undefined) return `Parked at ${result.parkingSpace}.`;
  if (result.position !== undefined) return `Now at place ${result.position}.`;
  const ringing = ringingTexts[intent.command.type];
  if (ringing !== undefined && result.actionId !== undefined) return ringing;
  if (targetsAllQueues(intent.command) && result.queues)
    return result.queues.length > 0 ? `In ${result.queues.join(", ")}.` : "";
  return "";
}

/** What follows once Asterisk has accepted a call to a phone. */
const ringingTexts: Readonly<Partial<Record<CommandInput["type"], string>>> = {
  originate: "The agent's phone is ringing. The call is set up when it is answered.",
  pickCaller: "The agent's phone is ringing. Until it is answered, the caller keeps the place.",
  pickup: "The phone is ringing. It has the call when it is answered.",
};

function targetsAllQueues(command: CommandInput): boolean {
  return "agent" in command && !("queue" in command && command.queue !== undefined);
}

/** The reasons of EV7. */
const originateReasons: Readonly<Record<string, string>> = {
  noAnswer: "The phone was not answered.",
  busy: "The phone is busy.",
  unreachable: "The phone cannot be reached.",
  declined: "The call was declined at the phone.",
};

export function failureText({ code, message, queues }: Failure): string {
  const changed = queues.length > 0 ? ` Already changed: ${queues.join(", ")}.` : "";
  return reasonText(code, message) + changed;
}

function reasonText(code: Failure["code"], message: string): string {
  switch (code) {
    case "originate_failed":
      return originateReasons[message] ?? "The call could not be set up.";
    case "forbidden":
      return sentence(`Your token does not allow this: ${message}`);
    case "unavailable":
    case "too_fast":
    case "internal":
    case "unreadable":
    case "no_token":
      return sentence(`Not carried out: ${message}`);
    case "deadline_passed":
      return "It could not be started in time. Nothing was done.";
    case "unauthorized":
      return "Your token is no longer valid. Sign in again.";
    default:
      return sentence(`${message.charAt(0).toUpperCase()}${message.slice(1)}`);
  }
}

/** Messages of the site, the connector and Asterisk may or may not end with a full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export type CandidateText = Readonly<{ title: string; text: string }>;

/** CM10: the other party, and the lines of both. */
export function candidateText({ agentChannel, bridgedChannel, callerId }: Candidate, nameOf: string): CandidateText {
  return {
    title: callerId ?? "Number withheld",
    text:
      bridgedChannel === null
        ? `Still ringing on ${lineOf(agentChannel)} of ${nameOf}.`
        : `${lineOf(agentChannel)} of ${nameOf} is connected to ${lineOf(bridgedChannel)}.`,
  };
}

/** `line PJSIP/1001 (0000002a)` for channel `PJSIP/1001-0000002a`. */
function lineOf(channel: string): string {
  const cut = channel.lastIndexOf("-");
  return cut > 0 ? `line ${channel.slice(0, cut)} (${channel.slice(cut + 1)})` : `line ${channel}`;
}
