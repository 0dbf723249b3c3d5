/**
 * Which packets are read at all, decided on their bytes by the event's name, and counters of the others. Thousands of
 * events a second may come that the connector does not use; making a text of each would cost more than everything that
 * is used.
 */
import { Needle } from "./needle.ts";
import { type Block, carriageReturn, hashOf, isAt, type Words, wordsOf } from "./words.ts";

/**
 * Decides by an event's name whether its packets are read. True: all of them. A text: those that contain the text. Must
 * always decide the same for a name.
 */
export type SelectEvent = (eventName: string) => boolean | string;

/** Asterisk 22 has about 200 names. Names beyond the limit are decided one by one, and counted together. */
export const maxNames = 500;
const otherNames = "…";
/** Asterisk's longest name has 30 bytes. */
const maxNameBytes = 100;

type KnownName = { name: Words; text: string; selected: boolean; needle: Needle | null; skipped: number };

const eventStart = wordsOf(Buffer.from("Event: "));

export class EventNames {
  readonly #select: SelectEvent;
  /** By the name's hash. Of two names with the same hash, the second counts as one beyond the limit. */
  readonly #known = new Map<number, KnownName>();
  #skippedOthers = 0;

  constructor(select: SelectEvent) {
    this.#select = select;
  }

  get skipped(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { text, skipped } of this.#known.values()) if (skipped > 0) counts.set(text, skipped);
    if (this.#skippedOthers > 0) counts.set(otherNames, this.#skippedOthers);
    return counts;
  }

  /** The event's name in the packet that was selected last, if it is known: the same string each time. */
  lastName: string | undefined;

  /**
   * Decides about the packet in `block` from `start` to `end`. An answer has no event's name in its first line, and is
   * always selected.
   */
  selects({ bytes, view }: Block, start: number, end: number): boolean {
    this.lastName = undefined;
    if (end - start < eventStart.length || !isAt(view, start, eventStart)) return true;
    const from = start + eventStart.length;
    const to = Math.min(carriageReturn(view, from), from + maxNameBytes);
    const hash = hashOf(view, from, to);
    const known = this.#known.get(hash);
    if (!known || to - from !== known.name.length || !isAt(view, from, known.name))
      return this.#learn(bytes, from, to, known ? undefined : hash, start, end);
    const isSelected = known.selected && (known.needle === null || known.needle.isIn(bytes, start, end));
    if (isSelected) this.lastName = known.text;
    else known.skipped++;
    return isSelected;
  }

  /** Decides about a new name. `hash` undefined: another name has the same hash. */
  #learn(bytes: Buffer, from: number, to: number, hash: number | undefined, start: number, end: number): boolean {
    const text = bytes.toString("latin1", from, to);
    const decision = this.#select(text);
    const known: KnownName = {
      name: wordsOf(bytes.subarray(from, to)),
      text,
      selected: decision !== false,
      needle: typeof decision === "string" ? new Needle(decision) : null,
      skipped: 0,
    };
    const isSelected = known.selected && (known.needle === null || known.needle.isIn(bytes, start, end));
    if (hash === undefined || this.#known.size >= maxNames) {
      if (!isSelected) this.#skippedOthers++;
    } else {
      if (!isSelected) known.skipped++;
      this.#known.set(hash, known);
    }
    return isSelected;
  }
}
