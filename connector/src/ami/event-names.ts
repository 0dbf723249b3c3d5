/**
 * Which packets are wanted, decided on their bytes: thousands of events a second come that nobody uses, and making a text of each would
 * cost more than all that is used. Also counts them.
 */
import { Needle } from "./needle.ts";

/** True: all of that name. A text: those that contain it. Answers in the same way for the same name. */
export type Wanted = (eventName: string) => boolean | string;

/** Asterisk 22 knows about 200 names. Names beyond this are looked at one by one, and counted together. */
export const maxNames = 500;
const otherNames = "…";
/** Asterisk's longest name has 30 bytes. */
const maxNameBytes = 100;

type Known = { name: Buffer; text: string; wanted: boolean; needle: Needle | null; skipped: number };

const eventStart = [...Buffer.from("Event: ")];

export class EventNames {
  readonly #wanted: Wanted;
  /** By the hash of the name. Of two names with one hash the second is like one beyond the limit. */
  readonly #known = new Map<number, Known>();
  #others = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  get skipped(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { name, skipped } of this.#known.values()) if (skipped > 0) counts.set(name.toString("latin1"), skipped);
    if (this.#others > 0) counts.set(otherNames, this.#others);
    return counts;
  }

  /** The name of the event that was asked about last, if it is wanted and known: the same text each time. */
  lastName: string | undefined;

  /** About the packet in `bytes` from `start` to `end`; an answer, which has no event's name in its first line, is wanted. */
  isWanted(bytes: Buffer, start: number, end: number): boolean {
    this.lastName = undefined;
    for (let index = 0; index < eventStart.length; index++) if (bytes[start + index] !== eventStart[index]) return true;
    const from = start + eventStart.length;
    const limit = Math.min(end, from + maxNameBytes);
    let hash = 0;
    let to = from;
    for (; to < limit && bytes[to] !== 13; to++) hash = (Math.imul(hash, 31) + (bytes[to] ?? 0)) | 0;
    const known = this.#known.get(hash);
    if (known && isAt(bytes, from, to, known.name)) {
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
        name: Buffer.from(name, "latin1"),
        text: name,
        wanted: wanted !== false,
        needle,
        skipped,
      });
    return isWanted;
  }
}

function isAt(bytes: Uint8Array, from: number, to: number, name: Uint8Array): boolean {
  if (to - from !== name.length) return false;
  for (let index = 0; index < name.length; index++) if (bytes[from + index] !== name[index]) return false;
  return true;
}
