/**
 * The call that the page shows when the user asks for a command about it. The command must reach this call or none: the
 * page compares when the user confirms, and the connector when the command arrives (CM10). Pure.
 */
import type { AgentView, CallerView, Candidate, CommandInput } from "@pbxis/shared/client";

/** `consulting`: whom the agent calls during an attended transfer (CM20). */
export type ShownCall = Pick<Call, "number" | "name" | "queueName" | "callId" | "uniqueId"> &
  Partial<Pick<Call, "consulting">>;

type Call = NonNullable<AgentView["call"]>;
type CommandOf<Type extends CommandInput["type"]> = Extract<CommandInput, { type: Type }>;

const aboutCall: ReadonlySet<CommandInput["type"]> = new Set([
  "hangup",
  "park",
  "redirect",
  "attendedTransfer",
  "completeTransfer",
  "joinTransfer",
  "cancelTransfer",
  "mute",
  "recording",
  "spy",
  "pickup",
  "sendDigits",
] as const);

/** About an agent's call; `pickup` about the one that rings at the agent `of`. */
export function isAboutCall({ type }: CommandInput): boolean {
  return aboutCall.has(type);
}

const aboutCaller: ReadonlySet<string> = new Set(["pickCaller", "moveCaller", "prioritizeCaller", "hangupCaller"]);

/** CM7: about a caller who waits, whom the command names itself. */
export function isAboutCaller(
  command: CommandInput,
): command is CommandOf<"pickCaller" | "moveCaller" | "prioritizeCaller" | "hangupCaller"> {
  return aboutCaller.has(command.type);
}

/**
 * Adds what identifies the call to a command about it, in place of what it had. `uniqueId` alone suffices: it is the
 * other party's channel, and a call between others may get another `callId`. A ring has no other party yet, and during
 * an attended transfer the other party is the third one: those are named by `callId`.
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
    case "completeTransfer":
    case "joinTransfer":
    case "cancelTransfer": {
      const { callId = null, consulting = null } = call ?? {};
      return {
        ...command,
        ...(callId !== null && { callId }),
        ...(consulting !== null && { to: consulting }),
      };
    }
    case "pickup":
      return call === null || call.callId === null ? command : { ...command, callId: call.callId };
    default:
      return command;
  }
}

export function isSameCall(one: ShownCall | null, other: ShownCall | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.uniqueId !== null && other.uniqueId !== null) return one.uniqueId === other.uniqueId;
  return one.callId === other.callId && one.number === other.number;
}

/**
 * Why the command no longer means what was shown; null if it does. `now`: the call that the agent has now, or the
 * caller if still waiting. `agent`: the name of the agent whose call it is.
 */
export function changeOf(
  command: CommandInput,
  shown: ShownCall | null,
  now: ShownCall | null,
  agent: string,
): string | null {
  if (isAboutCaller(command))
    return now === null ? `${partyOf(shown)} is no longer waiting in ${command.queue}. Nothing was done.` : null;
  return isAboutCall(command) ? callChange(shown, now, agent) : null;
}

/** Why the agent's call is another one than was shown; null if it is the same. */
export function callChange(shown: ShownCall | null, now: ShownCall | null, agent: string): string | null {
  if (isSameCall(shown, now)) return null;
  if (now === null) return `The call${withParty(shown)} has ended. Nothing was done.`;
  const before = shown === null ? "" : `The call${withParty(shown)} is over: `;
  return `${before}${agent} now has another call${withParty(now)}. Nothing was done.`;
}

/** ` with Alice +14155550100`; empty without a call. */
export function withParty(call: ShownCall | null): string {
  return call === null ? "" : ` with ${partyOf(call)}`;
}

/** `Alice +14155550100`. */
export function partyOf(call: Pick<ShownCall, "number" | "name"> | null): string {
  if (call === null) return "The caller";
  const { number, name } = call;
  const shown = number === "unknown" ? "number withheld" : number;
  return name && name !== number ? `${name} ${shown}` : shown;
}

/** A caller who waits in a queue (EV20). */
export function callOfCaller({ number, name, callId, uniqueId }: CallerView, queueName: string): ShownCall {
  return { number: number ?? "unknown", name, queueName, callId, uniqueId };
}

/** The call of a candidate (CM10). */
export function callOfCandidate({ callerId, callId, uniqueId }: Candidate): ShownCall {
  const number = callerId ?? "unknown";
  return { number, name: null, queueName: null, callId: callId ?? null, uniqueId: uniqueId ?? null };
}
