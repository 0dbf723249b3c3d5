/**
 * Server-sent events (AP1) over an object's socket: each frame is one message with its cursor as `id:`, so that a
 * browser that reconnects sends `Last-Event-ID` and resumes. The heartbeat's timer runs in this invocation, so that the
 * object can hibernate.
 *
 * An empty line follows only a message with data. Some parsers (@microsoft/fetch-event-source, httpx-sse) would
 * dispatch a `retry:` or comment line with an empty line behind it as a message without data.
 */
import type { Received, Upstream } from "./upstream.ts";

const heartbeatIntervalMs = 15_000;
/** How long a browser waits before it reconnects: each its own time, so that not all come back at once. */
const retryMs = { least: 1_000, most: 5_000 } as const;

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // nginx and similar proxies would buffer the stream.
  "x-accel-buffering": "no",
};

type Frame = Extract<Received, { kind: "frame" }>;

/** Resolves once the reader has taken the text; rejects if the reader has disconnected. */
type Write = (text: string) => Promise<void>;

export type SseAnswer = Readonly<{ response: Response; done: Promise<void> }>;

/**
 * `first` has been received already, so that a stream that cannot begin becomes an error answer instead of an empty
 * stream. A frame is acknowledged once the reader has taken it. Ends when the object closes its socket or the reader
 * disconnects.
 */
export function sseFrames(upstream: Upstream, first: Frame, signal: AbortSignal): SseAnswer {
  return sseAnswer(signal, upstream.close, async (write) => {
    for (let received: Received = first; received.kind === "frame"; received = await upstream.next()) {
      await write(`id: ${received.cursor}\ndata: ${oneLine(received.text)}\n\n`);
      upstream.acknowledge(received.cursor);
    }
  });
}

/**
 * Escapes the characters within JSON text that Unicode counts as line ends, as do readers such as Python's
 * `str.splitlines`.
 */
export function oneLine(json: string): string {
  return json.replace(/[\u0085\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * `produce` writes until there is nothing more to write. `leave` is called when the reader disconnects and in any case
 * at the end. `signal` is the request's: the platform may abort it before a write fails.
 */
export function sseAnswer(signal: AbortSignal, leave: () => void, produce: (write: Write) => Promise<void>): SseAnswer {
  const { readable, writable } = new IdentityTransformStream();
  return { response: new Response(readable, { headers }), done: pump(writable.getWriter(), signal, leave, produce) };
}

async function pump(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  signal: AbortSignal,
  leave: () => void,
  produce: (write: Write) => Promise<void>,
): Promise<void> {
  const encoder = new TextEncoder();
  /** Ends whatever is awaited below: the pending write fails, and `leave` ends `produce`. */
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
  // While a write is pending, the reader has data to read, and a heartbeat would only occupy memory.
  const heartbeat = setInterval(() => {
    if (!writing) write(":\n").catch(abandon);
  }, heartbeatIntervalMs);
  writer.closed.catch(abandon);
  signal.addEventListener("abort", abandon);
  try {
    await write(`retry: ${Math.round(retryMs.least + Math.random() * (retryMs.most - retryMs.least))}\n`);
    await produce(write);
    await writer.close();
  } catch {
    // The reader has disconnected.
  } finally {
    clearInterval(heartbeat);
    signal.removeEventListener("abort", abandon);
    leave();
  }
}
