/** The remote client of the demo: one WebSocket to the worker, as any dashboard would open it, that resumes after a loss (ST1). */
import { ServerFrame } from "@pbxis/shared";
import { WebSocket } from "ws";

const retryMs = 500;
const handshakeTimeoutMs = 2000;
/** On one machine a worker that is away for so long will not come back. */
const lostAfterMs = 6000;

export type Watcher = Readonly<{
  /** Resolves when the worker is away for good. */
  lost: Promise<void>;
  close: () => void;
}>;

export function watch(url: URL, onFrame: (frame: ServerFrame) => void): Watcher {
  const lost = Promise.withResolvers<void>();
  let cursor: string | null = null;
  let isClosed = false;
  let socket: WebSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  let heardAt = Date.now();
  const open = () => {
    const address = new URL(url);
    if (cursor !== null) address.searchParams.set("since", cursor);
    const opened = new WebSocket(address, { handshakeTimeout: handshakeTimeoutMs });
    socket = opened;
    opened.on("message", (data) => {
      const text = String(data);
      if (text === "pong") return;
      const frame = ServerFrame.parse(JSON.parse(text));
      cursor = frame.cursor;
      opened.send(JSON.stringify({ type: "ack", cursor }));
      onFrame(frame);
    });
    let wasOpen = false;
    opened.on("open", () => {
      wasOpen = true;
    });
    // What is wrong shows by the close that follows.
    opened.on("error", () => {});
    opened.on("close", () => {
      if (isClosed) return;
      if (wasOpen) heardAt = Date.now();
      if (Date.now() - heardAt > lostAfterMs) lost.resolve();
      else retry = setTimeout(open, retryMs);
    });
  };
  open();
  return {
    lost: lost.promise,
    close: () => {
      isClosed = true;
      clearTimeout(retry);
      socket?.terminate();
    },
  };
}
