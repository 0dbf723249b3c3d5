/** What a client may say on its stream: acknowledgements. Pure. `ping` is answered by the runtime and never gets here. */
import { ClientFrame, type Cursor, parseCursor } from "@pbxis/shared";

/** An acknowledgement has 70 bytes at most; beyond this it is not even parsed. */
export const maxClientFrameBytes = 4096;

export function parseClientFrame(
  message: string | ArrayBuffer,
): Readonly<{ ok: true; cursor: Cursor }> | Readonly<{ ok: false }> {
  if (typeof message !== "string" || message.length > maxClientFrameBytes) return { ok: false };
  const frame = ClientFrame.safeParse(parseJson(message));
  const cursor = frame.success ? parseCursor(frame.data.cursor) : undefined;
  return cursor ? { ok: true, cursor } : { ok: false };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
