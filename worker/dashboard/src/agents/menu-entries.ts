/** The entries of the menu on an agent's card. Pure. */
import type { CommandInput } from "@pbxis/shared/client";
import { isAboutCall, type ShownCall } from "../command/shown-call.ts";
import type { AgentDisplay } from "./agent-display.ts";
import type { Choices } from "./queue-choice.ts";

/** A form that collects the rest of a command. `call`: the agent's call when the menu was opened. */
export type AgentForm = Readonly<{
  kind: "pause" | "logOn" | "logOff" | "transfer" | "call" | "listen" | "pickup";
  agent: string;
  call: ShownCall | null;
}>;

export type MenuAction =
  | Readonly<{ kind: "command"; command: CommandInput; call: ShownCall | null }>
  | Readonly<{ kind: "form"; form: AgentForm }>
  | Readonly<{ kind: "open"; agent: string }>;

export type MenuEntry = Readonly<{ text: string; why: string | null; isDestructive: boolean; action: MenuAction }>;

/** From `Commands`; `self`: the user's own agent id, if the token grants exactly one agent. */
type Context = Readonly<{
  offers: (command: CommandInput) => boolean;
  isPending: (command: CommandInput) => boolean;
  blocked: string | null;
  self: string | null;
}>;

/**
 * An entry is present if it is possible in the agent's state and granted; `why` gives the reason while it is blocked.
 */
export function menuEntriesOf(display: AgentDisplay, choices: Choices, context: Context): readonly MenuEntry[] {
  const { agent, call } = display;
  const entries: MenuEntry[] = [
    { text: "Open agent page", why: null, isDestructive: false, action: { kind: "open", agent } },
  ];
  const add = (isPossible: boolean, text: string, command: CommandInput, form?: AgentForm["kind"]): void => {
    if (!isPossible || !context.offers(command)) return;
    const why = context.blocked ?? (context.isPending(command) ? "In progress." : null);
    const action: MenuAction = form
      ? { kind: "form", form: { kind: form, agent, call } }
      : { kind: "command", command, call: isAboutCall(command) ? call : null };
    entries.push({ text, why, isDestructive: isDestructive(command), action });
  };
  addCall(display, context, add);
  add(choices.pausable.length > 0, "Pause…", { type: "queuePause", agent }, "pause");
  for (const { text, queue } of unpauses(display, choices))
    add(true, text, { type: "queuePause", agent, paused: false, ...(queue === null ? {} : { queue }) });
  add(choices.others.length > 0, "Log on…", { type: "queueAdd", agent, queue: choices.others[0] ?? "" }, "logOn");
  add(choices.joined.length > 0, "Log off…", { type: "queueRemove", agent }, "logOff");
  const { hasCall, isConnected } = callStateOf(display);
  addPickup(display, context, add);
  add(isConnected, "Transfer call…", { type: "redirect", agent, to: agent }, "transfer");
  add(isConnected, "Park call", { type: "park", agent });
  addTransferEnds(display, add);
  addInCall(display, context, add);
  add(hasCall, "Hang up", { type: "hangup", agent });
  return entries;
}

function isDestructive(command: CommandInput): boolean {
  const { type } = command;
  return type === "hangup" || type === "queueRemove" || (type === "recording" && command.state === "stopped");
}

type Add = (isPossible: boolean, text: string, command: CommandInput, form?: AgentForm["kind"]) => void;

/** Calls the agent from the user's own phone. A form asks for that phone unless the token grants exactly one agent. */
function addCall({ agent }: AgentDisplay, { self }: Context, add: Add): void {
  if (self === null) add(true, "Call from my phone…", { type: "originate", agent, to: agent }, "call");
  else add(self !== agent, "Call from my phone", { type: "originate", agent: self, to: agent });
}

/** Takes the call that rings at this agent. A form asks for the phone that takes it. */
function addPickup({ agent, call, state }: AgentDisplay, { self }: Context, add: Add): void {
  const isRinging = state === "ringing" && call !== null;
  if (self === null) add(isRinging, "Pick up…", { type: "pickup", agent, of: agent }, "pickup");
  else add(isRinging && self !== agent, "Pick up", { type: "pickup", agent: self, of: agent });
}

/** CM20: whoever consults somebody goes on in one of three ways. */
function addTransferEnds({ agent, call }: AgentDisplay, add: Add): void {
  const to = call?.consulting ?? null;
  add(to !== null, `Complete transfer to ${to}`, { type: "completeTransfer", agent });
  add(to !== null, "Join all three", { type: "joinTransfer", agent });
  add(to !== null, "Cancel transfer", { type: "cancelTransfer", agent });
}

/** What a supervisor does in the call (CM21–CM23). A form asks for the phone that listens. */
function addInCall(display: AgentDisplay, { self }: Context, add: Add): void {
  const { agent, call } = display;
  const isTalking = callStateOf(display).isTalking;
  const listen = { type: "spy", agent, supervisor: self ?? agent, mode: "listen" } as const;
  add(isTalking && self !== agent, "Listen in…", listen, "listen");
  const recording = call?.recording ?? null;
  if (recording === "on") add(isTalking, "Pause recording", { type: "recording", agent, state: "paused" });
  if (recording === "paused") add(isTalking, "Resume recording", { type: "recording", agent, state: "on" });
  if (recording !== null) add(isTalking, "Stop recording", { type: "recording", agent, state: "stopped" });
  if (call?.muted) add(isTalking, "Unmute", { type: "mute", agent, muted: false });
  else add(isTalking, "Mute", { type: "mute", agent });
}

function unpauses(
  { memberships }: AgentDisplay,
  { paused }: Choices,
): Readonly<{ text: string; queue: string | null }>[] {
  const single = paused.map((queue) => ({ text: `Unpause in ${queue}`, queue }));
  if (paused.length <= 1) return memberships.length === 1 && single[0] ? [{ ...single[0], text: "Unpause" }] : single;
  return [{ text: "Unpause in all queues", queue: null }, ...single];
}

type CallState = Readonly<{ hasCall: boolean; isTalking: boolean; isConnected: boolean }>;

/**
 * `hasCall`: it can be hung up, also while it rings. `isConnected`: it can be transferred or parked, too. `isTalking`: as
 * that, and during an attended transfer, in which a hang-up would complete it.
 */
export function callStateOf({ call, state }: AgentDisplay): CallState {
  const hasAny = call !== null || state === "ringing" || state === "talking";
  const isConsulting = (call?.consulting ?? null) !== null;
  const isTalking = hasAny && state !== "ringing";
  return { hasCall: hasAny && !isConsulting, isTalking, isConnected: isTalking && !isConsulting };
}
