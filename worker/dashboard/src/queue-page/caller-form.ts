/** The forms about a caller who waits (CM7), and the commands that they make. Pure. */
import type { CallerView, CommandInput } from "@pbxis/shared/client";
import { callOfCaller, type ShownCall } from "../command/shown-call.ts";
import { cleanNumber, numberProblem } from "../input/input-check.ts";

/** `call`: the caller as shown when the menu was opened. */
export type CallerForm = Readonly<{
  kind: "pick" | "move" | "prioritize";
  queue: string;
  uniqueId: string;
  call: ShownCall;
  priority: number | null;
}>;

type ParsedForm = Readonly<{ ok: true; command: CommandInput }> | Readonly<{ ok: false; problem: string }>;

/** `value`: the agent, the destination or the priority. */
export function parseCallerForm({ kind, queue, uniqueId }: CallerForm, value: string): ParsedForm {
  const caller = { queue, uniqueId };
  switch (kind) {
    case "pick":
      if (value === "") return { ok: false, problem: "Choose an agent." };
      return { ok: true, command: { type: "pickCaller", ...caller, agent: value } };
    case "move": {
      const to = cleanNumber(value);
      const problem = numberProblem(to);
      return problem === null ? { ok: true, command: { type: "moveCaller", ...caller, to } } : { ok: false, problem };
    }
    case "prioritize": {
      const text = value.trim();
      const priority = Number(text);
      if (!/^\d{1,4}$/.test(text) || priority > maxPriority)
        return { ok: false, problem: `A priority is a whole number from 0 to ${maxPriority}.` };
      return { ok: true, command: { type: "prioritizeCaller", ...caller, priority } };
    }
  }
}

const maxPriority = 1000;

export type CallerEntry = Readonly<{
  text: string;
  why: string | null;
  action:
    | Readonly<{ kind: "form"; form: CallerForm }>
    | Readonly<{ kind: "command"; command: CommandInput; call: ShownCall }>;
}>;

type Context = Readonly<{
  offers: (command: CommandInput) => boolean;
  isPending: (command: CommandInput) => boolean;
  whyNot: (command: CommandInput) => string | null;
  /** Whom the caller can be connected with. */
  agents: readonly string[];
}>;

/** What the menu of a waiting caller offers: nothing that the token does not grant. */
export function callerEntriesOf(caller: CallerView, queue: string, context: Context): readonly CallerEntry[] {
  const { uniqueId, priority } = caller;
  const call = callOfCaller(caller, queue);
  const named = { queue, uniqueId };
  const form = (kind: CallerForm["kind"]) =>
    ({ kind: "form", form: { kind, queue, uniqueId, call, priority } }) as const;
  const hangUp = { type: "hangupCaller", ...named } as const;
  const all: readonly (readonly [text: string, command: CommandInput, action: CallerEntry["action"]])[] = [
    ...context.agents
      .slice(0, 1)
      .map((agent) => ["Connect with an agent…", { type: "pickCaller", ...named, agent }, form("pick")] as const),
    ["Move…", { type: "moveCaller", ...named, to: "" }, form("move")],
    ["Change the priority…", { type: "prioritizeCaller", ...named, priority: 0 }, form("prioritize")],
    ["Hang up", hangUp, { kind: "command", command: hangUp, call }],
  ];
  return all
    .filter(([, command]) => context.offers(command))
    .map(([text, command, action]) => ({
      text,
      why: context.whyNot(command) ?? (context.isPending(command) ? "In progress." : null),
      action,
    }));
}
