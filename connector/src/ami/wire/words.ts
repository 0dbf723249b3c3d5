/** Bytes compared and searched four at a time, which takes half as long as one by one. */

/** Memory that packets are read in. */
export type Block = Readonly<{ bytes: Buffer; view: DataView }>;

export function blockOf(bytes: Buffer): Block {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** A short text as the numbers that stand for its bytes, four in each; the last of them has the last four bytes, or all if there are fewer. */
export type Words = Readonly<{ length: number; first: readonly number[]; last: number; lastAt: number; mask: number }>;

export function wordsOf(bytes: Uint8Array): Words {
  const { length } = bytes;
  const padded = new DataView(new ArrayBuffer(Math.max(4, length)));
  for (let index = 0; index < length; index++) padded.setUint8(index, bytes[index] as number);
  const lastAt = Math.max(0, length - 4);
  const first = Array.from({ length: Math.ceil(lastAt / 4) }, (_none, index) => padded.getInt32(4 * index, true));
  const mask = length < 4 ? 2 ** (8 * length) - 1 : -1;
  return { length, first, last: padded.getInt32(lastAt, true), lastAt, mask };
}

/** Whether they stand at `at`. There must be as many bytes, and at least four. The last ones tell most texts apart. */
export function isAt(view: DataView, at: number, { first, last, lastAt, mask }: Words): boolean {
  if ((view.getInt32(at + lastAt, true) & mask) !== last) return false;
  for (let index = 0; index < first.length; index++)
    if (view.getInt32(at + 4 * index, true) !== first[index]) return false;
  return true;
}

/** A number for the bytes from `from` to `to`, mostly another one for others. Three bytes more must be there. */
export function hashOf(view: DataView, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at += 4) {
    hash = Math.imul(hash ^ wordAt(view, at, to), 0x9e3779b1);
    // A product's low bits know nothing of the high bits of its factors.
    hash ^= hash >>> 15;
  }
  return hash;
}

/** The four bytes at `at`, those from `to` on as zeros. */
export function wordAt(view: DataView, at: number, to: number): number {
  const word = view.getInt32(at, true);
  return to - at < 4 ? word & ((1 << (8 * (to - at))) - 1) : word;
}

/** Where the next CRLF stands. There must be one, and two bytes after it. */
export function lineEnd(view: DataView, from: number): number {
  let at = carriageReturn(view, from);
  while (view.getUint8(at + 1) !== lineFeed) at = carriageReturn(view, at + 1);
  return at;
}

const lineFeed = 10;

/** Where the next carriage return stands. There must be one, and three bytes after it. */
export function carriageReturn(view: DataView, from: number): number {
  for (let at = from; ; at += 4) {
    // A byte that is a carriage return becomes zero, and the first zero is the first that borrows.
    const word = view.getInt32(at, true) ^ 0x0d0d0d0d;
    const borrows = (word - 0x01010101) & ~word & 0x80808080;
    if (borrows !== 0) return at + ((31 - Math.clz32(borrows & -borrows)) >> 3);
  }
}
