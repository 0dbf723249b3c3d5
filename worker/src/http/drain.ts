/**
 * Reads a body that is not wanted. A client that is still sending would otherwise lose its refusal together with the
 * connection. That is a courtesy to clients that made a mistake, and has bounds: beyond them the answer is sent at
 * once, and the connection may end before the client has read it.
 */
import type { MiddlewareHandler } from "hono";

/** Bytes, and ms. */
const maxDrained = 4 * 1024 * 1024;
const maxDrainMs = 5_000;

/**
 * Reads the rest of a body without keeping it, and gives it up at the bounds. It is not cancelled there, because that
 * ends the connection before the answer.
 */
export async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const over = Promise.withResolvers<{ done: true }>();
  const timer = setTimeout(() => over.resolve({ done: true }), maxDrainMs);
  try {
    for (let size = 0; size <= maxDrained; ) {
      const read = await Promise.race([reader.read(), over.promise]);
      if (read.done) break;
      size += read.value.byteLength;
    }
    reader.releaseLock();
  } catch {
    // The client has disconnected and needs no answer.
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Drains a body that no handler has read before the answer is sent. Refusals leave a body unread, and so do paths that
 * take none.
 */
export const drainUnreadBody: MiddlewareHandler = async (context, next) => {
  await next();
  const { body, bodyUsed } = context.req.raw;
  if (body && !bodyUsed) await drain(body.getReader());
};
