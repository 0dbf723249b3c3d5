/**
 * Parses what a client sends on its stream: acknowledgements. The platform answers `ping`, which does not get here.
 * Pure.
 */
import { type Cursor, parseCursor } from "@pbxis/shared";
import { exceedsBytes } from "../http/exceeds-bytes.ts";
import { parseJson } from "../json.ts";

/** An acknowledgement has 70 bytes at most. A longer frame is not even parsed. */
const maxClientFrameBytes = 4096;

/**
 * Parses by hand what the schema `ClientFrame` describes: each client acknowledges each second, and the schema would
 * cost more than the rest.
 */
export function parseClientFrame(
  message: string | ArrayBuffer,
): Readonly<{ ok: true; cursor: Cursor }> | Readonly<{ ok: false }> {
  if (typeof message !== "string" || exceedsBytes(message, maxClientFrameBytes)) return { ok: false };
  const frame = parseJson(message);
  if (typeof frame !== "object" || frame === null || !("type" in frame) || frame.type !== "ack") return { ok: false };
  const cursor = "cursor" in frame && typeof frame.cursor === "string" ? parseCursor(frame.cursor) : undefined;
  return cursor ? { ok: true, cursor } : { ok: false };
}
