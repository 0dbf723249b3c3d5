/**
 * A text that is searched in bytes, again and again (Horspool's search): the last byte is compared first, and decides
 * how far to move on. Per search it is faster than the runtime's own search by the cost of a call.
 */
export class Needle {
  readonly #bytes: Buffer;
  /** By a byte: the distance from its last place in the text, the very last excepted, to the text's end. */
  readonly #steps: Uint8Array;

  /** `text` has at most 255 characters of one byte each. */
  constructor(text: string) {
    this.#bytes = Buffer.from(text, "latin1");
    const { length } = this.#bytes;
    this.#steps = new Uint8Array(256).fill(length);
    for (const [index, byte] of this.#bytes.entries()) if (index < length - 1) this.#steps[byte] = length - 1 - index;
  }

  /** Whether the bytes from `start` to `end` contain the text. */
  isIn(bytes: Uint8Array, start: number, end: number): boolean {
    const needle = this.#bytes;
    const steps = this.#steps;
    const toLast = needle.length - 1;
    for (let last = start + toLast; last < end; last += steps[bytes[last] as number] as number) {
      let index = toLast;
      while (index >= 0 && bytes[last - toLast + index] === needle[index]) index--;
      if (index < 0) return true;
    }
    return false;
  }
}
