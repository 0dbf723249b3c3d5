/** The call that a command is about, as the page knows it now (CM10, CM7). Pure. */
import type { CommandInput } from "@pbxis/shared/client";
import type { Store } from "../store/store.ts";
import { callOfCaller, isAboutCaller, type ShownCall } from "./shown-call.ts";
import { targetOf } from "./tracker.ts";

/** Whose call it is. */
export function ownerOf(command: CommandInput): string | undefined {
  return command.type === "pickup" ? command.of : targetOf(command).agent;
}

/** Null without a call, or if the caller does not wait any more. */
export function callNow({ state, callers }: Pick<Store, "state" | "callers">, command: CommandInput): ShownCall | null {
  if (isAboutCaller(command)) {
    const caller = callers(command.queue)?.list.find(({ uniqueId }) => uniqueId === command.uniqueId);
    return caller ? callOfCaller(caller, command.queue) : null;
  }
  const owner = ownerOf(command);
  return owner === undefined ? null : (state.agent(owner)?.call ?? null);
}
