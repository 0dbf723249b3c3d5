/** What was filled in, judged: the command that it makes, or what is wrong with it. Pure but for `keepForm`. */
import type { CommandInput } from "@pbxis/shared/client";
import { cleanNumber, numberProblem, penaltyProblem, reasonProblem } from "../command/input-check.ts";
import { keepPhone, keepReason } from "../command/memory.ts";
import type { AgentForm } from "./actions.ts";

/** What `queue` is for all queues of the agent; no queue has an empty name. */
export const allQueues = "";

/** `text`: reason, penalty, number or phone, as the form has it. */
export type FormInput = Readonly<{ queue: string; text: string }>;

export type Judged = Readonly<{ ok: true; command: CommandInput }> | Readonly<{ ok: false; problem: string }>;

/** `mayUse`: whether the token lets one use the phone of that agent. */
export function judgeForm({ kind, agent }: AgentForm, input: FormInput, mayUse: (agent: string) => boolean): Judged {
  const text = input.text.trim();
  const queue = input.queue === allQueues ? {} : { queue: input.queue };
  switch (kind) {
    case "pause": {
      const reason = text === "" ? {} : { reason: text };
      return judged(reasonProblem(text), { type: "queuePause", agent, ...queue, paused: true, ...reason });
    }
    case "logOn": {
      if (input.queue === allQueues) return { ok: false, problem: "Choose a queue." };
      const penalty = text === "" ? {} : { penalty: Number(text) };
      return judged(penaltyProblem(text), { type: "queueAdd", agent, queue: input.queue, ...penalty });
    }
    case "logOff":
      return judged(null, { type: "queueRemove", agent, ...queue });
    case "transfer": {
      const to = cleanNumber(text);
      return judged(numberProblem(to), { type: "redirect", agent, to });
    }
    case "call":
      return judged(phoneProblem(text, agent, mayUse), { type: "originate", agent: text, to: agent });
  }
}

function phoneProblem(phone: string, called: string, mayUse: (agent: string) => boolean): string | null {
  if (!/^[A-Za-z0-9_.+-]{1,64}$/.test(phone)) return "Enter the extension of your phone.";
  if (phone === called) return "That is the phone to be called.";
  return mayUse(phone) ? null : "Your token does not let you use that phone.";
}

function judged(problem: string | null, command: CommandInput): Judged {
  return problem === null ? { ok: true, command } : { ok: false, problem };
}

/** Offered the next time. */
export function keepForm({ kind }: AgentForm, { text }: FormInput): void {
  if (kind === "pause") keepReason(text.trim());
  if (kind === "call") keepPhone(text.trim());
}
