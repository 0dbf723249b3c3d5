/**
 * A position in one site's stream: `<epoch>-<sequence>`, such as `k3-41`.
 * Positions of one epoch are ordered by sequence; positions of different epochs are not comparable (ST1).
 */
import * as z from "zod";

export type Cursor = Readonly<{ epoch: string; sequence: number }>;

const pattern = /^([A-Za-z0-9]{1,32})-(\d{1,15})$/;

/** The wire form of a cursor; a string of another form is a client's mistake, not an old cursor. */
export const CursorText = z.string().regex(pattern, "must be <epoch>-<sequence>, such as k3-41");

export function encodeCursor(cursor: Cursor): string {
  return `${cursor.epoch}-${cursor.sequence}`;
}

/** `undefined` where `text` is not a cursor at all. */
export function parseCursor(text: string): Cursor | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  return { epoch: match[1] as string, sequence: Number(match[2]) };
}
