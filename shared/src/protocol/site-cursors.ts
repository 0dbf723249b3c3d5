/**
 * Positions in the streams of several sites (AP15): `hq:k3-41,north:a9-7`. Neither a site's name nor a cursor has a
 * colon or a comma. Pure, and without a schema, because the typed client reads them, too.
 */
import { type Cursor, parseCursor } from "./cursor.ts";

/** By site, each in its wire form. */
export function encodeCursors(cursors: Iterable<readonly [site: string, cursor: string]>): string {
  return [...cursors].map(([site, cursor]) => `${site}:${cursor}`).join(",");
}

/** Undefined if `text` is not a list of cursors, or names a site twice. Empty text names none. */
export function parseCursors(text: string): Map<string, Cursor> | undefined {
  const cursors = new Map<string, Cursor>();
  for (const part of text === "" ? [] : text.split(",")) {
    const colon = part.indexOf(":");
    const cursor = parseCursor(part.slice(colon + 1));
    const site = part.slice(0, Math.max(0, colon));
    if (!cursor || site === "" || cursors.has(site)) return undefined;
    cursors.set(site, cursor);
  }
  return cursors;
}
