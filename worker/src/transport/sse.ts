/**
 * Server-sent events over an object's socket (AP1). Each frame is one message with its cursor as `id`, so that a browser comes back
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
type Writer = WritableStreamDefaultWriter<Uint8Array>;

export type SseAnswer = Readonly<{ response: Response; done: Promise<void> }>;

/**
 * `first` has been received already: a stream that cannot begin is an error answer, not an empty stream. `signal` is the request's: where
 * the platform notices that the reader is gone, it says so there before a write fails.
 */
export function sseAnswer(upstream: Upstream, first: Frame, signal: AbortSignal): SseAnswer {
  const { readable, writable } = new IdentityTransformStream();
  return { response: new Response(readable, { headers }), done: pump(upstream, first, writable.getWriter(), signal) };
}

/**
 * Ends when the object closes its socket or the reader goes away. A write ends when the reader has taken it: only then is the frame
 * acknowledged.
 */
async function pump(upstream: Upstream, first: Frame, writer: Writer, signal: AbortSignal): Promise<void> {
  const encoder = new TextEncoder();
  /** Ends whatever is awaited below: the write under way fails, and the upstream has no more frames. */
  const leave = (): void => {
    upstream.close();
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
    if (!writing) write(":\n\n").catch(leave);
  }, heartbeatIntervalMs);
  writer.closed.catch(leave);
  signal.addEventListener("abort", leave);
  try {
    await write(`retry: ${retryMs}\n\n`);
    for (let received: Received = first; received.kind === "frame"; received = await upstream.next()) {
      await write(`id: ${received.cursor}\ndata: ${received.text}\n\n`);
      upstream.acknowledge(received.cursor);
    }
    await writer.close();
  } catch {
    // The reader has gone; there is nobody to tell.
  } finally {
    clearInterval(heartbeat);
    signal.removeEventListener("abort", leave);
    upstream.close();
  }
}
