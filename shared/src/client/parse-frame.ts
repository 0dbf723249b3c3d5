/** A frame's text as a client reads it. Pure. */
import type { ServerFrame } from "../protocol/frame.ts";

/**
 * Undefined if `text` is not a frame. The events' fields are trusted, not checked. Events of types that this version
 * does not know are kept: the site may be newer.
 */
export function parseFrame(text: string): ServerFrame | undefined {
  try {
    const frame: ServerFrame = JSON.parse(text);
    const isFrame =
      typeof frame.cursor === "string" &&
      (frame.type === "link"
        ? typeof frame.link === "string"
        : frame.events.every(({ type }) => typeof type === "string")) &&
      ["snapshot", "events", "link"].includes(frame.type);
    return isFrame ? frame : undefined;
  } catch {
    return undefined;
  }
}
