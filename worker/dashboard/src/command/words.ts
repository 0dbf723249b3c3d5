/** What a command does, how it ended and what is asked about it, in words. Pure. */
import type { Candidate, CommandInput } from "@pbxis/shared/client";
import type { Action, Failure } from "./action.ts";

/** `nameOf` gives what an agent is called. */
type NameOf = (agent: string) => string;

/** `doing`: while it is under way; `wish`: what is to be done, as on a button. */
export type CommandWords = Readonly<{ wish: string; doing: string }>;

export function commandWords(command: CommandInput, nameOf: NameOf): CommandWords {
  switch (command.type) {
    case "originate":
      return both(["Call", "Calling"], `${command.to} from the phone of ${nameOf(command.agent)}`);
    case "redirect":
      return both(["Transfer", "Transferring"], `${callOf(command, nameOf)} to ${command.to}`);
    case "park":
      return both(["Park", "Parking"], callOf(command, nameOf));
    case "hangup":
      return both(["Hang up", "Hanging up"], callOf(command, nameOf));
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
  }
}

function both([wish, doing]: readonly [string, string], what: string): CommandWords {
  return { wish: `${wish} ${what}`, doing: `${doing} ${what}` };
}

function callOf(
  { agent, channel }: Readonly<{ agent?: string | undefined; channel?: string | undefined }>,
  nameOf: NameOf,
) {
  return agent === undefined ? `the call of ${channel}` : `the call of ${nameOf(agent)}`;
}

function queueOf(queue: string | undefined): string {
  return queue ?? "all queues";
}

/** What a confirmation says beside the wish. */
export function consequence(command: CommandInput): string {
  switch (command.type) {
    case "hangup":
      return "The call ends for both sides.";
    case "queueRemove":
      return "No more calls come from there until the next log-on.";
    case "queueReset":
      return "Answered, abandoned, service level and averages begin at zero, for everybody.";
    default:
      return "";
  }
}

export type Notice = Readonly<{ kind: "pending" | "done" | "failed" | "unknown"; title: string; text: string }>;

/** Null for what is asked in a dialog. */
export function noticeOf(action: Action, nameOf: NameOf): Notice | null {
  const { wish, doing } = commandWords(action.intent.command, nameOf);
  switch (action.kind) {
    case "pending":
      return { kind: "pending", title: `${doing} …`, text: "" };
    case "done":
      return { kind: "done", title: `Done: ${lowerFirst(wish)}.`, text: resultWords(action) };
    case "failed":
      return { kind: "failed", title: `Failed: ${lowerFirst(wish)}.`, text: failureWords(action.failure) };
    case "unknown":
      return {
        kind: "unknown",
        title: `Unknown: ${lowerFirst(wish)}.`,
        text: `It may have been done (${action.message}). Look before you try again.`,
      };
    default:
      return null;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function resultWords({ intent, result }: Extract<Action, { kind: "done" }>): string {
  if (result.parkingSpace !== undefined) return `Parked at ${result.parkingSpace}.`;
  if (intent.command.type === "originate") return "The phone rings; it is connected when the call is taken there.";
  if (targetsAll(intent.command) && result.queues)
    return result.queues.length > 0 ? `In ${result.queues.join(", ")}.` : "";
  return "";
}

function targetsAll(command: CommandInput): boolean {
  return "agent" in command && !("queue" in command && command.queue !== undefined);
}

/** EV7. */
const originateReasons: Readonly<Record<string, string>> = {
  noAnswer: "The phone was not answered.",
  busy: "The phone is busy.",
  unreachable: "The phone cannot be reached.",
  declined: "The call was declined at the phone.",
};

export function failureWords({ code, message, queues }: Failure): string {
  const changed = queues.length > 0 ? ` Changed all the same: ${queues.join(", ")}.` : "";
  return reasonWords(code, message) + changed;
}

function reasonWords(code: Failure["code"], message: string): string {
  switch (code) {
    case "originate_failed":
      return originateReasons[message] ?? "The call could not be set up.";
    case "forbidden":
      return sentence(`Your token does not allow this: ${message}`);
    case "unavailable":
    case "internal":
    case "unreadable":
    case "no_token":
      return sentence(`Nothing was done: ${message}`);
    case "deadline_passed":
      return "It was too late to start it; nothing was done.";
    case "unauthorized":
      return "Your token is no longer good. Sign in again.";
    default:
      return sentence(`${message.charAt(0).toUpperCase()}${message.slice(1)}`);
  }
}

/** The messages of site, connector and Asterisk end with a full stop or do not. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export type CandidateWords = Readonly<{ title: string; text: string }>;

/** CM10: who is at the other end, and by which lines. */
export function candidateWords({ agentChannel, bridgedChannel, callerId }: Candidate, nameOf: string): CandidateWords {
  return {
    title: callerId ?? "Number withheld",
    text:
      bridgedChannel === null
        ? `Still ringing, on ${lineOf(agentChannel)} of ${nameOf}.`
        : `${lineOf(agentChannel)} of ${nameOf} is connected to ${lineOf(bridgedChannel)}.`,
  };
}

/** `line PJSIP/1001 (0000002a)` from the channel's name: what it is a line of, and which one it is. */
function lineOf(channel: string): string {
  const cut = channel.lastIndexOf("-");
  return cut > 0 ? `line ${channel.slice(0, cut)} (${channel.slice(cut + 1)})` : `line ${channel}`;
}
