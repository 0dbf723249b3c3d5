/**
 * Decodes bytes to strings. The same values come again and again (a queue, a phone, a call's id in each of its events).
 * The pool keeps short ones for a while and returns the same string for the same bytes. That costs a comparison instead
 * of memory, and the string's hash is already known when it is a map's key. It saves more than a quarter of the
 * connector's time.
 */
import { type Block, hashOf, wordAt } from "./words.ts";

/** The pool has so many places. A text is kept in the place of its hash until another text replaces it. */
const places = 4096;
/** Longer texts are not kept. */
const maxKeptBytes = 48;

/**
 * Of each place: the text's length in bytes, then its bytes by fours. One array, because every text is compared with
 * it.
 */
const wordsPerPlace = 1 + maxKeptBytes / 4;

export class TextPool {
  readonly #texts: string[] = new Array<string>(places).fill("");
  readonly #kept = new Int32Array(places * wordsPerPlace);

  /** The text from `begin` to `end`, which three more bytes must follow. */
  textOf({ bytes, view }: Block, begin: number, end: number): string {
    const length = end - begin;
    if (length === 0) return "";
    if (length > maxKeptBytes) return decode(bytes, begin, end);
    const place = hashOf(view, begin, end) & (places - 1);
    const kept = this.#kept;
    let index = place * wordsPerPlace;
    if (isKept(kept, index, view, begin, end)) return this.#texts[place] as string;
    const text = decode(bytes, begin, end);
    this.#texts[place] = text;
    kept[index] = length;
    for (let at = begin; at < end; at += 4) kept[++index] = wordAt(view, at, end);
    return text;
  }
}

function isKept(kept: Int32Array, place: number, view: DataView, begin: number, end: number): boolean {
  let index = place;
  if (kept[index] !== end - begin) return false;
  for (let at = begin; at < end; at += 4) if (kept[++index] !== wordAt(view, at, end)) return false;
  return true;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const highByte = /[\x80-\xff]/;

/** Decodes valid UTF-8 as UTF-8, and anything else as Latin-1: Asterisk 16 passes a caller's name through unchanged. */
function decode(bytes: Buffer, begin: number, end: number): string {
  const text = bytes.toString("latin1", begin, end);
  if (!highByte.test(text)) return text;
  try {
    return utf8.decode(bytes.subarray(begin, end));
  } catch {
    return text;
  }
}
