/** Turns a filled-in form into a command, or into the problem with it. Pure, except `rememberForm`. */
import type { CommandInput } from "@pbxis/shared/client";
import { cleanNumber, numberProblem, penaltyProblem, reasonProblem } from "../input/input-check.ts";
import { rememberPhone, rememberReason } from "../input/remembered.ts";
import type { AgentForm } from "./menu-entries.ts";

/** The value of `queue` that means all queues of the agent. No queue has an empty name. */
export const allQueues = "";

/** CM23: who hears the supervisor. */
export const spyModes = ["listen", "whisper", "barge"] as const;

/** `text`: the reason, penalty, number or phone, depending on the form. `mode` is only of the form `listen`. */
export type FormInput = Readonly<{ queue: string; text: string; mode?: string }>;

/** The forms that ask for the user's own phone. */
export const phoneForms: ReadonlySet<AgentForm["kind"]> = new Set(["call", "listen", "pickup"] as const);

type ParsedForm = Readonly<{ ok: true; command: CommandInput }> | Readonly<{ ok: false; problem: string }>;

/** `mayUse`: whether the token grants the phone of that agent. */
export function parseForm(
  { kind, agent }: AgentForm,
  input: FormInput,
  mayUse: (agent: string) => boolean,
): ParsedForm {
  const text = input.text.trim();
  const queue = input.queue === allQueues ? {} : { queue: input.queue };
  switch (kind) {
    case "pause": {
      const reason = text === "" ? {} : { reason: text };
      return commandUnless(reasonProblem(text), { type: "queuePause", agent, ...queue, paused: true, ...reason });
    }
    case "logOn": {
      if (input.queue === allQueues) return { ok: false, problem: "Choose a queue." };
      const penalty = text === "" ? {} : { penalty: Number(text) };
      return commandUnless(penaltyProblem(text), { type: "queueAdd", agent, queue: input.queue, ...penalty });
    }
    case "logOff":
      return commandUnless(null, { type: "queueRemove", agent, ...queue });
    case "transfer": {
      const to = cleanNumber(text);
      return commandUnless(numberProblem(to), { type: "redirect", agent, to });
    }
    case "listen": {
      const mode = spyModes.find((one) => one === input.mode) ?? "listen";
      return commandUnless(phoneProblem(text, agent, mayUse), { type: "spy", agent, supervisor: text, mode });
    }
    case "pickup":
      return commandUnless(phoneProblem(text, agent, mayUse), { type: "pickup", agent: text, of: agent });
    case "call":
      return commandUnless(phoneProblem(text, agent, mayUse), { type: "originate", agent: text, to: agent });
  }
}

function phoneProblem(phone: string, called: string, mayUse: (agent: string) => boolean): string | null {
  if (!/^[A-Za-z0-9_.+-]{1,64}$/.test(phone)) return "Enter the extension of your phone.";
  if (phone === called) return "This is the agent's own phone.";
  return mayUse(phone) ? null : "Your token does not let you use this phone.";
}

function commandUnless(problem: string | null, command: CommandInput): ParsedForm {
  return problem === null ? { ok: true, command } : { ok: false, problem };
}

/** Remembers the reason or the phone for the next time. */
export function rememberForm({ kind }: AgentForm, { text }: FormInput): void {
  if (kind === "pause") rememberReason(text.trim());
  if (phoneForms.has(kind)) rememberPhone(text.trim());
}
