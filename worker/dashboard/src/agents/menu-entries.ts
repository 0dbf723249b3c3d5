/** The entries of the menu on an agent's card. Pure. */
import type { CommandInput } from "@pbxis/shared/client";
import { isAboutCall, type ShownCall } from "../command/shown-call.ts";
import type { AgentDisplay } from "./agent-display.ts";
import type { Choices } from "./queue-choice.ts";

/** A form that collects the rest of a command. `call`: the agent's call when the menu was opened. */
export type AgentForm = Readonly<{
  kind: "pause" | "logOn" | "logOff" | "transfer" | "call" | "listen";
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
    entries.push({ text, why, isDestructive: command.type === "hangup" || command.type === "queueRemove", action });
  };
  addCall(display, context, add);
  add(choices.pausable.length > 0, "Pause…", { type: "queuePause", agent }, "pause");
  for (const { text, queue } of unpauses(display, choices))
    add(true, text, { type: "queuePause", agent, paused: false, ...(queue === null ? {} : { queue }) });
  add(choices.others.length > 0, "Log on…", { type: "queueAdd", agent, queue: choices.others[0] ?? "" }, "logOn");
  add(choices.joined.length > 0, "Log off…", { type: "queueRemove", agent }, "logOff");
  const { hasCall, isConnected } = callStateOf(display);
  add(isConnected, "Transfer call…", { type: "redirect", agent, to: agent }, "transfer");
  add(isConnected, "Park call", { type: "park", agent });
  addInCall(display, context, isConnected, add);
  add(hasCall, "Hang up", { type: "hangup", agent });
  return entries;
}

type Add = (isPossible: boolean, text: string, command: CommandInput, form?: AgentForm["kind"]) => void;

/** Calls the agent from the user's own phone. A form asks for that phone unless the token grants exactly one agent. */
function addCall({ agent }: AgentDisplay, { self }: Context, add: Add): void {
  if (self === null) add(true, "Call from my phone…", { type: "originate", agent, to: agent }, "call");
  else add(self !== agent, "Call from my phone", { type: "originate", agent: self, to: agent });
}

/** What a supervisor does in the call (CM21–CM23). A form asks for the phone that listens. */
function addInCall({ agent, call }: AgentDisplay, { self }: Context, isConnected: boolean, add: Add): void {
  const listen = { type: "spy", agent, supervisor: self ?? agent, mode: "listen" } as const;
  add(isConnected && self !== agent, "Listen in…", listen, "listen");
  if (call?.recording === "on") add(isConnected, "Pause recording", { type: "recording", agent, state: "paused" });
  if (call?.recording === "paused") add(isConnected, "Resume recording", { type: "recording", agent, state: "on" });
  if (call?.muted) add(isConnected, "Unmute", { type: "mute", agent, muted: false });
  else add(isConnected, "Mute", { type: "mute", agent });
}

function unpauses(
  { memberships }: AgentDisplay,
  { paused }: Choices,
): Readonly<{ text: string; queue: string | null }>[] {
  const single = paused.map((queue) => ({ text: `Unpause in ${queue}`, queue }));
  if (paused.length <= 1) return memberships.length === 1 && single[0] ? [{ ...single[0], text: "Unpause" }] : single;
  return [{ text: "Unpause in all queues", queue: null }, ...single];
}

/** A ringing call can be hung up, but not transferred or parked: nobody is connected yet. */
export function callStateOf({ call, state }: AgentDisplay): Readonly<{ hasCall: boolean; isConnected: boolean }> {
  const hasCall = call !== null || state === "ringing" || state === "talking";
  return { hasCall, isConnected: hasCall && state !== "ringing" };
}
