/** The progress of a regeneration: which lists are still missing, and what follows if one does not come. */
import type { RegenerationList } from "../event/event.ts";
import { isDenied } from "./answer.ts";
import type { Ended } from "./link-io.ts";
import { regenerationActions } from "./list.ts";

export class Regeneration {
  readonly #missing = new Set<RegenerationList>();
  #isRequestedAgain = false;

  /** Returns the lists to request. */
  begin(): typeof regenerationActions {
    this.#isRequestedAgain = false;
    for (const { list } of regenerationActions) this.#missing.add(list);
    return regenerationActions;
  }

  /** Requests one more regeneration after the present one. Any number of calls have the effect of one. */
  requestAgain(): void {
    this.#isRequestedAgain = true;
  }

  /** `list` is complete, or will not come. */
  settle(list: RegenerationList): "incomplete" | "done" | "again" {
    this.#missing.delete(list);
    if (this.#missing.size > 0) return "incomplete";
    return this.#isRequestedAgain ? "again" : "done";
  }
}

/** Why the connection must end without that list; null if the model can do without it. */
export function endWithout(list: RegenerationList, message: string): Ended | null {
  const isRequired = regenerationActions.some((entry) => entry.list === list && entry.required);
  // Half a list ends the connection, too: the model would delete what the other half contains.
  if (!isRequired && message !== "timeout") return null;
  const reason = `Asterisk does not list its ${list} (${message}`;
  // A missing right will be missing next time. A late list, or one whose module is not loaded yet, may well come then.
  if (isDenied(message))
    return { kind: "ended", reason: `${reason}); the account needs write=reporting`, retry: "slowly" };
  return { kind: "ended", reason: `${reason})`, retry: "soon" };
}
