/** Where a regeneration stands: which lists are still to come, and what it means that one does not come. */

import type { RegenerationList } from "../event/event.ts";
import { isDenied } from "./answer.ts";
import type { Ended } from "./link-io.ts";
import { regenerationActions } from "./list.ts";

export class Regeneration {
  readonly #left = new Set<RegenerationList>();
  #again = false;

  /** Gives the lists to ask for. */
  begin(): typeof regenerationActions {
    this.#again = false;
    for (const { list } of regenerationActions) this.#left.add(list);
    return regenerationActions;
  }

  /** Another one is wished while this one runs; however many wish so, it is one. */
  wish(): void {
    this.#again = true;
  }

  /** `list` is there, or will not come. */
  settle(list: RegenerationList): "goOn" | "done" | "again" {
    this.#left.delete(list);
    if (this.#left.size > 0) return "goOn";
    return this.#again ? "again" : "done";
  }
}

/** Why the connection must end without that list; null if the model can do without. */
export function endWithout(list: RegenerationList, message: string): Ended | null {
  const isRequired = regenerationActions.some((entry) => entry.list === list && entry.required);
  // Half a list, too, would take from the model what the other half has.
  if (!isRequired && message !== "timeout") return null;
  const reason = `Asterisk does not list its ${list} (${message}`;
  // A missing right will be missing next time; a list that is late, or whose module is not loaded yet, may well come then.
  if (isDenied(message))
    return { kind: "ended", reason: `${reason}); the account needs write=reporting`, retry: "slowly" };
  return { kind: "ended", reason: `${reason})`, retry: "soon" };
}
