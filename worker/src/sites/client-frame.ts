/** Parses what a client of several sites sends: acknowledgements of one site, or of all (AP15). Pure. */
import { type Cursor, encodeCursor, parseCursor, parseCursors } from "@pbxis/shared";
import { exceedsBytes } from "../http/exceeds-bytes.ts";
import { parseJson } from "../json.ts";

/** The positions of fifty sites with names and epochs of the greatest length have less. */
const maxFrameBytes = 8 * 1024;

/** By site. Null if it is no acknowledgement. */
export function parseSitesAck(message: string | ArrayBuffer): ReadonlyMap<string, string> | null {
  if (typeof message !== "string" || exceedsBytes(message, maxFrameBytes)) return null;
  const frame = parseJson(message);
  if (typeof frame !== "object" || frame === null || !("type" in frame) || frame.type !== "ack") return null;
  if (!("cursor" in frame) || typeof frame.cursor !== "string") return null;
  if (!("site" in frame)) return texts(parseCursors(frame.cursor));
  const cursor = parseCursor(frame.cursor);
  return cursor && typeof frame.site === "string" ? texts(new Map([[frame.site, cursor]])) : null;
}

function texts(cursors: ReadonlyMap<string, Cursor> | undefined): ReadonlyMap<string, string> | null {
  return cursors ? new Map([...cursors].map(([site, cursor]) => [site, encodeCursor(cursor)])) : null;
}
