/** What a client may say on its stream: acknowledgements. Pure. `ping` is answered by the runtime and never gets here. */
import { type Cursor, parseCursor } from "@pbxis/shared";
import { exceedsBytes } from "../http/exceeds-bytes.ts";
import { parseJson } from "../json.ts";

/** An acknowledgement has 70 bytes at most; beyond this it is not even parsed. */
export const maxClientFrameBytes = 4096;

/** By hand what `ClientFrame` says: each client acknowledges each second, and a schema costs more than all else that an acknowledgement does. */
export function parseClientFrame(
  message: string | ArrayBuffer,
): Readonly<{ ok: true; cursor: Cursor }> | Readonly<{ ok: false }> {
  if (typeof message !== "string" || exceedsBytes(message, maxClientFrameBytes)) return { ok: false };
  const frame = parseJson(message);
  if (typeof frame !== "object" || frame === null || !("type" in frame) || frame.type !== "ack") return { ok: false };
  const cursor = "cursor" in frame && typeof frame.cursor === "string" ? parseCursor(frame.cursor) : undefined;
  return cursor ? { ok: true, cursor } : { ok: false };
}
