/**
 * Which answer belongs to which action. Keeps an action's purpose until it is answered or its deadline has passed. A
 * list is answered by its last item. Time is an argument.
 */
import type { Packet } from "../wire/packet.ts";

/** More actions than this at once are a bug of the caller. */
export const maxPending = 1000;

type Pending<Purpose> = { purpose: Purpose; deadline: number; list: boolean };

export type Answer<Purpose> = Readonly<{
  purpose: Purpose;
  ok: boolean;
  /** Asterisk's message, or `timeout`. */
  message: string;
  /** Null after a timeout. */
  packet: Packet | null;
}>;

export class Correlator<Purpose> {
  readonly #pending = new Map<string, Pending<Purpose>>();

  get size(): number {
    return this.#pending.size;
  }

  /** Whether a pending action matches. */
  has(matches: (purpose: Purpose) => boolean): boolean {
    for (const { purpose } of this.#pending.values()) if (matches(purpose)) return true;
    return false;
  }

  /** Returns false if too many are pending already, or one with this id. */
  add(actionId: string, purpose: Purpose, deadline: number): boolean {
    if (this.#pending.size >= maxPending || this.#pending.has(actionId)) return false;
    this.#pending.set(actionId, { purpose, deadline, list: false });
    return true;
  }

  /**
   * Returns the answer that `packet` completes; undefined if the list continues, or if the packet answers no pending
   * action.
   */
  match(packet: Packet): Answer<Purpose> | undefined {
    // Most of the time nothing is pending, and thousands of packets a second need not be searched for an ActionID.
    if (this.#pending.size === 0) return undefined;
    const { fields } = packet;
    const actionId = fields.get("ActionID");
    const pending = actionId === undefined ? undefined : this.#pending.get(actionId);
    if (actionId === undefined || !pending) return undefined;
    if (fields.has("Event")) {
      if (!pending.list || fields.get("EventList") !== "Complete") return undefined;
    } else if (fields.get("Response") === "Success" && fields.get("EventList") === "start") {
      pending.list = true;
      return undefined;
    }
    this.#pending.delete(actionId);
    const ok = fields.get("Response") !== "Error";
    return { purpose: pending.purpose, ok, message: fields.get("Message") ?? "", packet };
  }

  /** Stops waiting for all pending actions, and returns their purposes. */
  abandonAll(): Purpose[] {
    const purposes = [...this.#pending.values()].map(({ purpose }) => purpose);
    this.#pending.clear();
    return purposes;
  }

  /**
   * Yields the actions whose deadline has passed, and stops waiting for each as it is yielded. Ends early if the caller
   * calls `abandonAll` meanwhile.
   */
  *expire(now: number): Iterable<Answer<Purpose>> {
    for (const [actionId, { purpose, deadline }] of this.#pending) {
      if (deadline > now) continue;
      this.#pending.delete(actionId);
      yield { purpose, ok: false, message: "timeout", packet: null };
    }
  }
}
