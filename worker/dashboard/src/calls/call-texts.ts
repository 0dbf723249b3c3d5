/** What the list says of a call. Pure. */
import type { QueueCall } from "@pbxis/shared/client";
import { cleanNumber, numberProblem } from "../input/input-check.ts";
import { formatDuration } from "../ui/format.ts";

/** The outcomes of EV16 in a supervisor's words. */
export const outcomeTexts: Readonly<Record<string, string>> = {
  answered: "Answered",
  abandoned: "Abandoned",
  exited: "Left the queue",
  picked: "Picked",
  moved: "Moved",
  hungUp: "Hung up by us",
  unknown: "Unknown",
};

/** What the words mean, for whoever points at them. */
export const outcomeHints: Readonly<Record<string, string>> = {
  answered: "An agent answered the call.",
  abandoned: "The caller hung up while waiting.",
  exited: "The queue let the caller go: after its time limit, by a key, or without agents.",
  picked: "A colleague took the waiting caller.",
  moved: "A supervisor moved the waiting caller elsewhere.",
  hungUp: "A supervisor ended the waiting call.",
  unknown: "The connection to the PBX was interrupted, so that nobody saw the end.",
};

export function outcomeText(outcome: string): string {
  return outcomeTexts[outcome] ?? outcome;
}

/** Whether nobody talked with the caller, who may want to be called back. */
export function isMissed({ outcome }: Pick<QueueCall, "outcome">): boolean {
  return outcome === "abandoned" || outcome === "exited" || outcome === "unknown";
}

/** `Alice (+14155550100)`; without the claim `callers` nothing is known. */
export function callerText({ number, name }: Pick<QueueCall, "number" | "name">): string {
  const shown = number === null || number === "unknown" ? null : number;
  if (name && shown && name !== shown) return `${name} (${shown})`;
  return name || shown || "Number withheld";
}

/** The number to call back; null if there is none. */
export function numberToCall({ number }: Pick<QueueCall, "number">): string | null {
  if (number === null) return null;
  const cleaned = cleanNumber(number);
  return /^[+0-9*#]/.test(cleaned) && numberProblem(cleaned) === null ? cleaned : null;
}

/** When the call is listed: when its caller joined, or else when the wait ended. */
export function timeOf({ joinedAt, answeredAt, endedAt }: QueueCall): number | null {
  return joinedAt ?? answeredAt ?? endedAt;
}

/** `2:05`; a dash if it is not known or there was none. */
export function spanText(ms: number | null): string {
  return ms === null ? "–" : formatDuration(ms);
}

/** How long the agent talked; of a talk that goes on, so far. */
export function talkText({ outcome, talkTime, answeredAt, endedAt }: QueueCall): string {
  if (talkTime === null && endedAt === null && answeredAt !== null && outcome === "answered") return "…";
  return spanText(talkTime);
}
