/**
 * The worker's end of an object's socket, for the transports that are no WebSocket. Frames are taken one by one and acknowledged by
 * the taker once they are written, so that the object's window (ST4) bounds what waits here.
 */
import * as z from "zod";

/** Of a frame only what the adapters need; the rest is passed on as text, unread. */
const FrameHead = z.object({ cursor: z.string(), events: z.array(z.unknown()).optional() });

export type Received =
  | Readonly<{ kind: "frame"; text: string; cursor: string; empty: boolean }>
  | Readonly<{ kind: "closed"; code: number; reason: string }>;

export type Upstream = Readonly<{
  /** One taker at a time. After `closed` it is always `closed`. */
  next: () => Promise<Received>;
  acknowledge: (cursor: string) => void;
  close: () => void;
}>;

export function openUpstream(socket: WebSocket): Upstream {
  const waiting: Received[] = [];
  let taker: ((received: Received) => void) | undefined;
  let ended: Received | undefined;
  const put = (received: Received): void => {
    if (taker) taker(received);
    else waiting.push(received);
    taker = undefined;
  };
  const end = (closed: Received): void => {
    if (ended) return;
    ended = closed;
    put(closed);
  };
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string" && !ended) put(receivedOf(data));
  });
  socket.addEventListener("close", ({ code, reason }) => end({ kind: "closed", code, reason }));
  socket.addEventListener("error", () => end({ kind: "closed", code: 1006, reason: "" }));
  socket.accept();
  return {
    next: () => {
      const received = waiting.shift() ?? ended;
      if (received) return Promise.resolve(received);
      return new Promise((resolve) => {
        taker = resolve;
      });
    },
    acknowledge: (cursor) => send(socket, JSON.stringify({ type: "ack", cursor })),
    close: () => {
      end({ kind: "closed", code: 1000, reason: "" });
      close(socket);
    },
  };
}

/** An `events` frame without events only tells that nothing was missed. */
function receivedOf(text: string): Received {
  const { cursor, events } = FrameHead.parse(JSON.parse(text));
  return { kind: "frame", text, cursor, empty: text.startsWith('{"type":"events"') && events?.length === 0 };
}

function send(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // Closed by the object; the taker learns it from `next`.
  }
}

function close(socket: WebSocket): void {
  try {
    socket.close(1000, "done");
  } catch {
    // Closed by the object already.
  }
}
