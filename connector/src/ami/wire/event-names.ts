/**
 * Which packets are wanted, decided on their bytes: thousands of events a second come that nobody uses, and making a text of each would
 * cost more than all that is used. Also counts them.
 */
import { Needle } from "./needle.ts";
import { type Block, carriageReturn, hashOf, isAt, type Words, wordsOf } from "./words.ts";

/** True: all of that name. A text: those that contain it. Answers in the same way for the same name. */
export type SelectEvent = (eventName: string) => boolean | string;

/** Asterisk 22 knows about 200 names. Names beyond this are looked at one by one, and counted together. */
export const maxNames = 500;
const otherNames = "…";
/** Asterisk's longest name has 30 bytes. */
const maxNameBytes = 100;

type Known = { name: Words; text: string; wanted: boolean; needle: Needle | null; skipped: number };

const eventStart = wordsOf(Buffer.from("Event: "));

export class EventNames {
  readonly #wanted: SelectEvent;
  /** By the hash of the name. Of two names with one hash the second is like one beyond the limit. */
  readonly #known = new Map<number, Known>();
  #others = 0;

  constructor(wanted: SelectEvent) {
    this.#wanted = wanted;
  }

  get skipped(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { text, skipped } of this.#known.values()) if (skipped > 0) counts.set(text, skipped);
    if (this.#others > 0) counts.set(otherNames, this.#others);
    return counts;
  }

  /** The name of the event that was asked about last, if it is wanted and known: the same text each time. */
  lastName: string | undefined;

  /** About the packet in `block` from `start` to `end`; an answer, which has no event's name in its first line, is wanted. */
  isWanted({ bytes, view }: Block, start: number, end: number): boolean {
    this.lastName = undefined;
    if (end - start < eventStart.length || !isAt(view, start, eventStart)) return true;
    const from = start + eventStart.length;
    const to = Math.min(carriageReturn(view, from), from + maxNameBytes);
    const hash = hashOf(view, from, to);
    const known = this.#known.get(hash);
    if (known && to - from === known.name.length && isAt(view, from, known.name)) {
      const isWanted = known.wanted && (known.needle === null || known.needle.isIn(bytes, start, end));
      if (isWanted) this.lastName = known.text;
      else known.skipped++;
      return isWanted;
    }
    return this.#learn(bytes, from, to, known === undefined ? hash : undefined, start, end);
  }

  #learn(bytes: Buffer, from: number, to: number, hash: number | undefined, start: number, end: number): boolean {
    const name = bytes.toString("latin1", from, to);
    const wanted = this.#wanted(name);
    const needle = typeof wanted === "string" ? new Needle(wanted) : null;
    const isWanted = wanted !== false && (needle === null || needle.isIn(bytes, start, end));
    const skipped = isWanted ? 0 : 1;
    if (hash === undefined || this.#known.size >= maxNames) this.#others += skipped;
    else
      this.#known.set(hash, {
        name: wordsOf(bytes.subarray(from, to)),
        text: name,
        wanted: wanted !== false,
        needle,
        skipped,
      });
    return isWanted;
  }
}
