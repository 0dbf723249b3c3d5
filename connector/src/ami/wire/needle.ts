/** A text that is looked for in bytes, again and again: by its last byte first, whose place tells how far to go on (Horspool's search). */
export class Needle {
  readonly #bytes: Buffer;
  /** By a byte: how far its last place in the text, but for the very last, is from the end. */
  readonly #steps: Uint8Array;

  /** Of 255 characters at most, one a byte. */
  constructor(text: string) {
    this.#bytes = Buffer.from(text, "latin1");
    const { length } = this.#bytes;
    this.#steps = new Uint8Array(256).fill(length);
    for (const [index, byte] of this.#bytes.entries()) if (index < length - 1) this.#steps[byte] = length - 1 - index;
  }

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
