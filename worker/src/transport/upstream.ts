/**
 * The worker's end of an object's socket, for the transports that are not WebSocket. The caller takes frames one by one
 * and acknowledges each once it is written, so that the object's window (ST4) bounds the frames that wait here.
 */
import { LinkState } from "@pbxis/shared";
import * as z from "zod";

/** The fields of a frame that the adapters need. The frame itself is passed on as text. */
const FrameHead = z.object({
  cursor: z.string(),
  events: z.array(z.unknown()).optional(),
  link: LinkState.optional(),
  asOf: z.number().optional(),
});

/** `empty`: an `events` frame without events. `link`: what a `snapshot` or a `link` says of it (ST3). */
export type Received =
  | Readonly<{
      kind: "frame";
      text: string;
      cursor: string;
      empty: boolean;
      link?: Readonly<{ link: LinkState; asOf: number }>;
    }>
  | Readonly<{ kind: "closed"; code: number; reason: string }>;

export type Upstream = Readonly<{
  /** Only one call may be pending at a time. After `closed` every call returns `closed`. */
  next: () => Promise<Received>;
  acknowledge: (cursor: string) => void;
  close: () => void;
}>;

export function openUpstream(socket: WebSocket): Upstream {
  const buffered: Received[] = [];
  let pending: ((received: Received) => void) | undefined;
  let ended: Received | undefined;
  const put = (received: Received): void => {
    if (pending) pending(received);
    else buffered.push(received);
    pending = undefined;
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
      const received = buffered.shift() ?? ended;
      if (received) return Promise.resolve(received);
      return new Promise((resolve) => {
        pending = resolve;
      });
    },
    acknowledge: (cursor) => send(socket, JSON.stringify({ type: "ack", cursor })),
    close: () => {
      end({ kind: "closed", code: 1000, reason: "" });
      close(socket);
    },
  };
}

function receivedOf(text: string): Received {
  const { cursor, events, link, asOf } = FrameHead.parse(JSON.parse(text));
  const empty = text.startsWith('{"type":"events"') && events?.length === 0;
  return { kind: "frame", text, cursor, empty, ...(link && asOf !== undefined && { link: { link, asOf } }) };
}

function send(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // The object has closed the socket; `next` returns that.
  }
}

function close(socket: WebSocket): void {
  try {
    socket.close(1000, "done");
  } catch {
    // The object has closed the socket already.
  }
}
