/** The actions that Asterisk has not answered yet: the link's own and the requests of others. Bounded. */
import type { RegenerationList } from "../event/event.ts";
import { type ActionFields, encodeAction } from "./action.ts";
import { Correlator, maxPending } from "./correlator.ts";

/** What an action was sent for. */
export type Purpose =
  | Readonly<{ kind: "challenge" | "login" | "coreStatus" | "coreSettings" | "commands" | "filter" | "mask" | "ping" }>
  | Readonly<{ kind: "list"; list: RegenerationList }>
  | Readonly<{ kind: "recording"; uniqueId: string }>
  | Readonly<{ kind: "request"; id: string }>;

/**
 * Room that requests and recordings leave for the link's own actions: without its lists and pings the link cannot work.
 */
export const reservedActions = 100;

export type OpenedAction =
  | Readonly<{ kind: "opened"; bytes: Uint8Array }>
  | Readonly<{ kind: "refused"; because: string }>;

export class PendingActions extends Correlator<Purpose> {
  readonly #idPrefix: string;
  #nextId = 1;

  constructor(idPrefix: string) {
    super();
    this.#idPrefix = idPrefix;
  }

  /**
   * Waits for the answer to an action, whose `bytes` the caller must send now. A request keeps its own id as the
   * ActionID.
   */
  open(action: string, fields: ActionFields, purpose: Purpose, deadline: number): OpenedAction {
    const id = purpose.kind === "request" ? purpose.id : `${this.#idPrefix}${this.#nextId++}`;
    const encoded = encodeAction(action, id, fields);
    if (!encoded.ok) return { kind: "refused", because: encoded.reason };
    const isOwn = purpose.kind !== "request" && purpose.kind !== "recording";
    const hasRoom = isOwn || this.size < maxPending - reservedActions;
    if (!hasRoom || !this.add(id, purpose, deadline))
      return { kind: "refused", because: "too many answers are outstanding" };
    return { kind: "opened", bytes: encoded.bytes };
  }
}
