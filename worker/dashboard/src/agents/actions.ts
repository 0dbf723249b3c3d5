/** What can be done about an agent from a card's menu. Pure. */
import type { CommandInput } from "@pbxis/shared/client";
import type { AgentLine } from "./agent-state.ts";
import type { Choices } from "./queue-choice.ts";

/** What has to be asked first. */
export type AgentForm = Readonly<{ kind: "pause" | "logOn" | "logOff" | "transfer" | "call"; agent: string }>;

export type Act =
  | Readonly<{ kind: "command"; command: CommandInput }>
  | Readonly<{ kind: "form"; form: AgentForm }>
  | Readonly<{ kind: "open"; agent: string }>;

export type Entry = Readonly<{ text: string; why: string | null; isDestructive: boolean; act: Act }>;

/** As of `Commands`; `self`: whose token it is, if it is one agent's. */
type Context = Readonly<{
  offers: (command: CommandInput) => boolean;
  isPending: (command: CommandInput) => boolean;
  blocked: string | null;
  self: string | null;
}>;

/** Each is there if it makes sense for the agent as things are and the grant has it; blocked with the reason while nothing can be commanded. */
export function entriesOf(line: AgentLine, choices: Choices, context: Context): readonly Entry[] {
  const { agent } = line;
  const entries: Entry[] = [
    { text: "Open the agent's page", why: null, isDestructive: false, act: { kind: "open", agent } },
  ];
  const add = (isPossible: boolean, text: string, command: CommandInput, form?: AgentForm["kind"]): void => {
    if (!isPossible || !context.offers(command)) return;
    const why = context.blocked ?? (context.isPending(command) ? "Under way." : null);
    const act: Act = form ? { kind: "form", form: { kind: form, agent } } : { kind: "command", command };
    entries.push({ text, why, isDestructive: command.type === "hangup" || command.type === "queueRemove", act });
  };
  addCall(line, context, add);
  add(choices.pausable.length > 0, "Pause …", { type: "queuePause", agent }, "pause");
  for (const { text, queue } of unpauses(line, choices))
    add(true, text, { type: "queuePause", agent, paused: false, ...(queue === null ? {} : { queue }) });
  add(choices.others.length > 0, "Log on …", { type: "queueAdd", agent, queue: choices.others[0] ?? "" }, "logOn");
  add(choices.joined.length > 0, "Log off …", { type: "queueRemove", agent }, "logOff");
  const { hasCall, isConnected } = callStateOf(line);
  add(isConnected, "Transfer the call …", { type: "redirect", agent, to: agent }, "transfer");
  add(isConnected, "Park the call", { type: "park", agent });
  add(hasCall, "Hang up", { type: "hangup", agent });
  return entries;
}

type Add = (isPossible: boolean, text: string, command: CommandInput, form?: AgentForm["kind"]) => void;

/** From one's own phone: nobody calls oneself. Whose token names several agents is asked which phone is theirs. */
function addCall({ agent }: AgentLine, { self }: Context, add: Add): void {
  if (self === null) add(true, "Call from my phone …", { type: "originate", agent, to: agent }, "call");
  else add(self !== agent, "Call from my phone", { type: "originate", agent: self, to: agent });
}

function unpauses({ memberships }: AgentLine, { paused }: Choices): Readonly<{ text: string; queue: string | null }>[] {
  const single = paused.map((queue) => ({ text: `Unpause in ${queue}`, queue }));
  if (paused.length <= 1) return memberships.length === 1 && single[0] ? [{ ...single[0], text: "Unpause" }] : single;
  return [{ text: "Unpause in all queues", queue: null }, ...single];
}

/** A call that only rings can be ended, but there is nobody yet to transfer or to park. */
export function callStateOf({ call, word }: AgentLine): Readonly<{ hasCall: boolean; isConnected: boolean }> {
  const hasCall = call !== null || word === "ringing" || word === "talking";
  return { hasCall, isConnected: hasCall && word !== "ringing" };
}
