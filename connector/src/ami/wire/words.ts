/**
 * Bytes compared and hashed four at a time. Of the connector's whole path this saves a tenth to a fifth, against one by
 * one.
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
