/** A frame's text as a client reads it. Pure. */
import { parseCursor } from "../protocol/cursor.ts";
import type { ServerFrame } from "../protocol/frame.ts";
import type { LinkState } from "../protocol/link.ts";

/** A frame of one site or of a stream of several (AP15), in which the worker may send a link without a position. */
export type Frame = Readonly<{ site?: string }> &
  (
    | Exclude<ServerFrame, { type: "link" }>
    | Readonly<{ type: "link"; link: LinkState; asOf: number | null; cursor: string | null }>
  );

/**
 * Undefined if `text` is not a frame. The events' fields are trusted, not checked. Events of types that this version
 * does not know are kept: the site may be newer.
 */
export function parseFrame(text: string): Frame | undefined {
  try {
    const frame: Frame = JSON.parse(text);
    const isFrame =
      (frame.cursor === null ? frame.type === "link" : parseCursor(frame.cursor) !== undefined) &&
      (frame.type === "link"
        ? typeof frame.link === "string"
        : frame.events.every(({ type }) => typeof type === "string")) &&
      ["snapshot", "events", "link"].includes(frame.type);
    return isFrame ? frame : undefined;
  } catch {
    return undefined;
  }
}
