/** Calling a caller back from the user's own phone. Pure. */
import type { CommandInput } from "@pbxis/shared/client";

type CallBack = Readonly<{ ok: true; command: CommandInput }> | Readonly<{ ok: false; problem: string }>;

/** `mayUse`: whether the token grants the phone of that agent. */
export function callBack(phone: string, number: string, mayUse: (agent: string) => boolean): CallBack {
  const agent = phone.trim();
  if (agent === "") return { ok: false, problem: "Enter the extension of your phone first: it rings, then we call." };
  if (!/^[A-Za-z0-9_.+-]{1,64}$/.test(agent)) return { ok: false, problem: "This is no extension." };
  if (!mayUse(agent)) return { ok: false, problem: "Your token does not let you use this phone." };
  return { ok: true, command: { type: "originate", agent, to: number } };
}
