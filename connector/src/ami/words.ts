/** Bytes compared and searched four at a time, which takes half as long as one by one. */

/** A short text as the numbers that stand for its bytes, four in each; the last of them has the last four bytes, or all if there are fewer. */
export type Words = Readonly<{ length: number; first: Int32Array; last: number; lastAt: number; mask: number }>;

export function wordsOf(bytes: Uint8Array): Words {
  const { length } = bytes;
  const padded = new DataView(new ArrayBuffer(Math.max(4, length)));
  for (let index = 0; index < length; index++) padded.setUint8(index, bytes[index] as number);
  const lastAt = Math.max(0, length - 4);
  const first = Int32Array.from({ length: Math.ceil(lastAt / 4) }, (_none, index) => padded.getInt32(4 * index, true));
  const mask = length < 4 ? 2 ** (8 * length) - 1 : -1;
  return { length, first, last: padded.getInt32(lastAt, true), lastAt, mask };
}

/** Whether they stand at `at`. There must be as many bytes, and at least four. */
export function isAt(view: DataView, at: number, { first, last, lastAt, mask }: Words): boolean {
  for (let index = 0; index < first.length; index++)
    if (view.getInt32(at + 4 * index, true) !== first[index]) return false;
  return (view.getInt32(at + lastAt, true) & mask) === last;
}

const [lineFeed, carriageReturn] = [10, 13];

/** Where the next CRLF stands. There must be one, and two bytes after it. */
export function lineEnd(view: DataView, from: number): number {
  let at = from;
  for (;;) {
    // A byte that is a carriage return becomes zero, and a zero is what borrows.
    const word = view.getInt32(at, true) ^ 0x0d0d0d0d;
    if (((word - 0x01010101) & ~word & 0x80808080) === 0) at += 4;
    else {
      while (view.getUint8(at) !== carriageReturn) at++;
      if (view.getUint8(at + 1) === lineFeed) return at;
      at++;
    }
  }
}
