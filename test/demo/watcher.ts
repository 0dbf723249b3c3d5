/** The remote client of the demo: one WebSocket to the worker, as any dashboard would open it, that resumes after a loss (ST1). */
import { ServerFrame } from "@pbxis/shared";
import { WebSocket } from "ws";

const retryMs = 1000;

export type Watcher = Readonly<{ close: () => void }>;

export function watch(url: URL, onFrame: (frame: ServerFrame) => void): Watcher {
  let cursor: string | null = null;
  let isClosed = false;
  let socket: WebSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  const open = () => {
    const address = new URL(url);
    if (cursor !== null) address.searchParams.set("since", cursor);
    socket = new WebSocket(address);
    socket.on("message", (data) => {
      const text = String(data);
      if (text === "pong") return;
      const frame = ServerFrame.parse(JSON.parse(text));
      cursor = frame.cursor;
      socket?.send(JSON.stringify({ type: "ack", cursor }));
      onFrame(frame);
    });
    // What is wrong shows by the close that follows.
    socket.on("error", () => {});
    socket.on("close", () => {
      if (!isClosed) retry = setTimeout(open, retryMs);
    });
  };
  open();
  return {
    close: () => {
      isClosed = true;
      clearTimeout(retry);
      socket?.terminate();
    },
  };
}
