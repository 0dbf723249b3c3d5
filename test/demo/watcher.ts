/** The demo's remote client: one WebSocket to the worker (AP15), which resumes after a disconnection (ST1). */
import { encodeCursors, SitesFrame } from "@pbxis/shared";
import { WebSocket } from "ws";

const retryMs = 500;
const handshakeTimeoutMs = 2000;
/** After this time without a connection the worker counts as lost: on the same machine it will not come back. */
const lostAfterMs = 6000;

export type Watcher = Readonly<{
  /** Resolves when the worker is lost. */
  lost: Promise<void>;
  close: () => void;
}>;

export function watch(url: URL, onFrame: (frame: SitesFrame) => void): Watcher {
  const lost = Promise.withResolvers<void>();
  const cursors = new Map<string, string>();
  let isClosed = false;
  let socket: WebSocket | undefined;
  let retry: NodeJS.Timeout | undefined;
  let connectedAt = Date.now();
  const open = () => {
    const address = new URL(url);
    if (cursors.size > 0) address.searchParams.set("since", encodeCursors(cursors));
    const opened = new WebSocket(address, { handshakeTimeout: handshakeTimeoutMs });
    socket = opened;
    opened.on("message", (data) => {
      const text = String(data);
      if (text === "pong") return;
      const frame = SitesFrame.parse(JSON.parse(text));
      const { site, cursor } = frame;
      if (cursor !== null) {
        cursors.set(site, cursor);
        opened.send(JSON.stringify({ type: "ack", site, cursor }));
      }
      onFrame(frame);
    });
    let wasOpen = false;
    opened.on("open", () => {
      wasOpen = true;
    });
    // A close event follows every error.
    opened.on("error", () => {});
    opened.on("close", () => {
      if (isClosed) return;
      if (wasOpen) connectedAt = Date.now();
      if (Date.now() - connectedAt > lostAfterMs) lost.resolve();
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
