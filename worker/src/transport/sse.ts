/**
 * Server-sent events (AP1): over an object's socket each frame is one message with its cursor as `id`, so that a browser comes back
 * with `Last-Event-ID` and resumes. The heartbeat's timer lives in this invocation: the object sleeps.
 */
import type { Received, Upstream } from "./upstream.ts";

const heartbeatIntervalMs = 15_000;
/** How long a browser waits before it comes back. */
const retryMs = 2_000;

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // Proxies of the nginx kind would gather an answer of unknown length.
  "x-accel-buffering": "no",
};

type Frame = Extract<Received, { kind: "frame" }>;

/** Ends when the reader has taken the text; rejects when there is no reader any more. */
export type Write = (text: string) => Promise<void>;

export type SseAnswer = Readonly<{ response: Response; done: Promise<void> }>;

/**
 * `first` has been received already: a stream that cannot begin is an error answer, not an empty stream. A frame is acknowledged once the
 * reader has taken it. Ends when the object closes its socket or the reader goes away.
 */
export function sseFrames(upstream: Upstream, first: Frame, signal: AbortSignal): SseAnswer {
  return sseAnswer(signal, upstream.close, async (write) => {
    for (let received: Received = first; received.kind === "frame"; received = await upstream.next()) {
      await write(`id: ${received.cursor}\ndata: ${received.text}\n\n`);
      upstream.acknowledge(received.cursor);
    }
  });
}

/**
 * `tell` writes until there is nothing more; `leave` is called when the reader has gone, and in any case at the end. `signal` is the
 * request's: where the platform notices that the reader is gone, it says so there before a write fails.
 */
export function sseAnswer(signal: AbortSignal, leave: () => void, tell: (write: Write) => Promise<void>): SseAnswer {
  const { readable, writable } = new IdentityTransformStream();
  return { response: new Response(readable, { headers }), done: pump(writable.getWriter(), signal, leave, tell) };
}

async function pump(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  signal: AbortSignal,
  leave: () => void,
  tell: (write: Write) => Promise<void>,
): Promise<void> {
  const encoder = new TextEncoder();
  /** Ends whatever is awaited below: the write under way fails, and there is nothing more to tell. */
  const abandon = (): void => {
    leave();
    writer.abort().catch(() => {});
  };
  let writing = false;
  const write = async (text: string): Promise<void> => {
    writing = true;
    await writer.write(encoder.encode(text));
    writing = false;
  };
  // A reader who does not take what is there needs no heartbeat, and one more would only wait in memory.
  const heartbeat = setInterval(() => {
    if (!writing) write(":\n\n").catch(abandon);
  }, heartbeatIntervalMs);
  writer.closed.catch(abandon);
  signal.addEventListener("abort", abandon);
  try {
    await write(`retry: ${retryMs}\n\n`);
    await tell(write);
    await writer.close();
  } catch {
    // The reader has gone; there is nobody to tell.
  } finally {
    clearInterval(heartbeat);
    signal.removeEventListener("abort", abandon);
    leave();
  }
}
