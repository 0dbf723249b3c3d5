/**
 * The words of a worker that refuses an uplink, for the log. They come from outside: bounded, and without the token.
 */
import { ErrorAnswer } from "@pbxis/shared";

/** Characters. What is longer is no refusal of the worker. */
const maxBody = 16_384;
const maxMessage = 300;

type Body = AsyncIterable<unknown> &
  Readonly<{ setTimeout?: (ms: number, run: () => void) => unknown; destroy?: () => unknown }>;

/** A body that stalls ends after this time. */
const bodyTimeoutMs = 2_000;

/** Null if the body has no message in the worker's form. */
export async function readMessage(body: Body, token: string): Promise<string | null> {
  body.setTimeout?.(bodyTimeoutMs, () => body.destroy?.());
  let text = "";
  try {
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length > maxBody) return null;
    }
    const message = ErrorAnswer.parse(JSON.parse(text))
      .error.message.replaceAll(/\p{Cc}+/gu, " ")
      .replaceAll(token, "…");
    return message.slice(0, maxMessage);
  } catch {
    return null;
  }
}
