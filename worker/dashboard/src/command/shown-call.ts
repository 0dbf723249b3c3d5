/**
 * The call that the page shows when the user asks for a command about it. The command must reach this call or none: the
 * page compares when the user confirms, and the connector when the command arrives (CM10). Pure.
 */
import type { AgentView, Candidate, CommandInput } from "@pbxis/shared/client";

export type ShownCall = Pick<NonNullable<AgentView["call"]>, "number" | "name" | "queueName" | "callId" | "uniqueId">;

const aboutCall: ReadonlySet<CommandInput["type"]> = new Set([
  "hangup",
  "park",
  "redirect",
  "attendedTransfer",
  "mute",
  "recording",
  "spy",
  "sendDigits",
] as const);

export function isAboutCall({ type }: CommandInput): boolean {
  return aboutCall.has(type);
}

/**
 * Adds what identifies the call to a command about it, in place of what it had. `uniqueId` alone suffices: it is the
 * other party's channel, and a call between others may get another `callId`.
 */
export function naming(command: CommandInput, call: ShownCall | null): CommandInput {
  switch (command.type) {
    case "hangup":
    case "park":
    case "redirect":
    case "attendedTransfer":
    case "mute":
    case "recording":
    case "spy":
    case "sendDigits": {
      const { callId: _callId, uniqueId: _uniqueId, ...rest } = command;
      if (call === null) return rest;
      if (call.uniqueId !== null) return { ...rest, uniqueId: call.uniqueId };
      return call.callId === null ? rest : { ...rest, callId: call.callId };
    }
    default:
      return command;
  }
}

export function isSameCall(one: ShownCall | null, other: ShownCall | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.uniqueId !== null && other.uniqueId !== null) return one.uniqueId === other.uniqueId;
  return one.callId === other.callId && one.number === other.number;
}

/** Why the command no longer means what was shown; null if it does. `now`: the call that the agent has now. */
export function changeOf(shown: ShownCall | null, now: ShownCall | null, agent: string): string | null {
  if (isSameCall(shown, now)) return null;
  if (now === null) return `The call${withParty(shown)} has ended. Nothing was done.`;
  const before = shown === null ? "" : `The call${withParty(shown)} is over: `;
  return `${before}${agent} now has another call${withParty(now)}. Nothing was done.`;
}

/** ` with Alice +14155550100`; empty without a call. */
export function withParty(call: ShownCall | null): string {
  return call === null ? "" : ` with ${partyOf(call)}`;
}

export function partyOf({ number, name }: Pick<ShownCall, "number" | "name">): string {
  const shown = number === "unknown" ? "number withheld" : number;
  return name && name !== number ? `${name} ${shown}` : shown;
}

/** The call of a candidate (CM10). */
export function callOfCandidate({ callerId, callId, uniqueId }: Candidate): ShownCall {
  const number = callerId ?? "unknown";
  return { number, name: null, queueName: null, callId: callId ?? null, uniqueId: uniqueId ?? null };
}
