/**
 * Bytes as text. The same words come again and again (a queue, a phone, a call's id in each of its events): short ones are kept for a while, and
 * the same bytes then give the same string. That costs a comparison instead of memory, and a map that was asked for it before knows its hash.
 */
import { type Block, hashOf, wordAt } from "./words.ts";

/** So many texts are kept, each in the place that its hash gives it, until another takes the place. */
const places = 4096;
/** Longer ones are not kept. */
const maxKeptBytes = 48;

const keptWords = maxKeptBytes / 4;

export class TextPool {
  readonly #texts: string[] = new Array<string>(places).fill("");
  readonly #lengths = new Uint8Array(places);
  readonly #kept = new Int32Array(places * keptWords);

  /** Three bytes more must be there. */
  textOf({ bytes, view }: Block, begin: number, end: number): string {
    const length = end - begin;
    if (length === 0) return "";
    if (length > maxKeptBytes) return decode(bytes, begin, end);
    const place = hashOf(view, begin, end) & (places - 1);
    if (this.#lengths[place] === length && this.#isKept(place, view, begin, end)) return this.#texts[place] as string;
    const text = decode(bytes, begin, end);
    this.#texts[place] = text;
    this.#lengths[place] = length;
    for (let at = begin, index = place * keptWords; at < end; at += 4) this.#kept[index++] = wordAt(view, at, end);
    return text;
  }

  #isKept(place: number, view: DataView, begin: number, end: number): boolean {
    const kept = this.#kept;
    for (let at = begin, index = place * keptWords; at < end; at += 4)
      if (kept[index++] !== wordAt(view, at, end)) return false;
    return true;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const highByte = /[\x80-\xff]/;

/** UTF-8 where the bytes are UTF-8, otherwise Latin-1: Asterisk 16 passes a caller's name on as it came. */
function decode(bytes: Buffer, begin: number, end: number): string {
  const text = bytes.toString("latin1", begin, end);
  if (!highByte.test(text)) return text;
  try {
    return utf8.decode(bytes.subarray(begin, end));
  } catch {
    return text;
  }
}
