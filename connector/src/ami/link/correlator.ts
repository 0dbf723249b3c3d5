/**
 * Which answer belongs to which question. Keeps what was asked until it is answered or its time is over; a list is answered
 * when its last item has come. Time comes in as data.
 */
import type { Packet } from "../wire/packet.ts";

/** More questions at once than this are a bug in the asker. */
export const maxPending = 1000;

type Pending<Question> = { question: Question; deadline: number; list: boolean };

export type Answer<Question> = Readonly<{
  question: Question;
  ok: boolean;
  /** What Asterisk said, or `timeout`. */
  message: string;
  packet: Packet | null;
}>;

export class Correlator<Question> {
  readonly #pending = new Map<string, Pending<Question>>();

  get size(): number {
    return this.#pending.size;
  }

  /** Whether such a question is still open. */
  has(matches: (question: Question) => boolean): boolean {
    for (const { question } of this.#pending.values()) if (matches(question)) return true;
    return false;
  }

  /** False when there are too many already, or one of that id. */
  ask(actionId: string, question: Question, deadline: number): boolean {
    if (this.#pending.size >= maxPending || this.#pending.has(actionId)) return false;
    this.#pending.set(actionId, { question, deadline, list: false });
    return true;
  }

  /** The answer that `packet` completes; undefined while a list goes on, and for packets that nobody asked for. */
  take(packet: Packet): Answer<Question> | undefined {
    // Mostly nothing is asked, and thousands of packets a second need not be searched for an id.
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
    return { question: pending.question, ok, message: fields.get("Message") ?? "", packet };
  }

  /** All that is still open; nothing is waited for any more. */
  giveUp(): Question[] {
    const open = [...this.#pending.values()].map(({ question }) => question);
    this.#pending.clear();
    return open;
  }

  /** What has waited beyond its deadline; each is waited for no more when it is given. Ends early when all is given up meanwhile. */
  *expire(now: number): Iterable<Answer<Question>> {
    for (const [actionId, { question, deadline }] of this.#pending) {
      if (deadline > now) continue;
      this.#pending.delete(actionId);
      yield { question, ok: false, message: "timeout", packet: null };
    }
  }
}
