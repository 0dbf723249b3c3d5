/**
 * Bytes compared, hashed and searched four at a time. Together with `Needle` this saves about a tenth of the
 * connector's time for unfiltered events, against one by one.
 */

/** Memory that packets are read from. */
export type Block = Readonly<{ bytes: Buffer; view: DataView }>;

export function blockOf(bytes: Buffer): Block {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/**
 * A short text as numbers of four bytes each. `last` has the last four bytes, or all bytes if there are fewer than
 * four; `mask` then removes the bytes that follow the text.
 */
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

/**
 * Whether the text stands at `at`. At least four bytes, and as many as the text has, must exist there. The last bytes
 * are compared first, because most texts differ in them.
 */
export function isAt(view: DataView, at: number, { first, last, lastAt, mask }: Words): boolean {
  if ((view.getInt32(at + lastAt, true) & mask) !== last) return false;
  for (let index = 0; index < first.length; index++)
    if (view.getInt32(at + 4 * index, true) !== first[index]) return false;
  return true;
}

/** A hash of the bytes from `from` to `to`. Three more bytes must exist after them. */
export function hashOf(view: DataView, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at += 4) {
    hash = Math.imul(hash ^ wordAt(view, at, to), 0x9e3779b1);
    // The low bits of a product do not depend on the high bits of its factors.
    hash ^= hash >>> 15;
  }
  return hash;
}

/** The four bytes at `at`, with zeros from `to` on. */
export function wordAt(view: DataView, at: number, to: number): number {
  const word = view.getInt32(at, true);
  return to - at < 4 ? word & ((1 << (8 * (to - at))) - 1) : word;
}

/** Returns where the next CRLF begins. There must be one, and two bytes after it. */
export function lineEnd(view: DataView, from: number): number {
  let at = carriageReturn(view, from);
  while (view.getUint8(at + 1) !== lineFeed) at = carriageReturn(view, at + 1);
  return at;
}

const lineFeed = 10;

/** Returns where the next carriage return is. There must be one, and three bytes after it. */
export function carriageReturn(view: DataView, from: number): number {
  for (let at = from; ; at += 4) {
    // A carriage return becomes a zero byte, and the lowest zero byte is the lowest that borrows in the subtraction.
    const word = view.getInt32(at, true) ^ 0x0d0d0d0d;
    const borrows = (word - 0x01010101) & ~word & 0x80808080;
    if (borrows !== 0) return at + ((31 - Math.clz32(borrows & -borrows)) >> 3);
  }
}
