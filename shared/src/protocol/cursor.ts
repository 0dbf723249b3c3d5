/**
 * A position in one site's stream: `<epoch>-<sequence>`, such as `k3-41`.
 * Positions of one epoch are ordered by sequence; positions of different epochs are not comparable (ST1).
 */
export type Cursor = Readonly<{ epoch: string; sequence: number }>;

/** The wire form of a cursor. */
export const cursorPattern = /^([A-Za-z0-9]{1,32})-(\d{1,15})$/;

export function encodeCursor(cursor: Cursor): string {
  return `${cursor.epoch}-${cursor.sequence}`;
}

/** Undefined if `text` is not a cursor. */
export function parseCursor(text: string): Cursor | undefined {
  const match = cursorPattern.exec(text);
  if (!match) return undefined;
  return { epoch: match[1] as string, sequence: Number(match[2]) };
}
