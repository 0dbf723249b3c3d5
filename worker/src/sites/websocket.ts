/**
 * A stream of several sites (AP15) as a WebSocket. The client's acknowledgements go to the object of their site, whose
 * window (ST4) therefore is that of the client.
 */
import { type CloseReason, closeCodes, ping, pong } from "@pbxis/shared";
import { clientRate, expectAnswer, startRate, takeMessage } from "../rate.ts";
import { parseSitesAck } from "./client-frame.ts";
import type { MergedStream } from "./merged.ts";

/** While so many bytes wait in the runtime for the client, no frame is taken. */
const maxBufferedBytes = 1024 * 1024;
/** A client that has read nothing for this long is cut, and resumes by its cursor. */
const stallMs = 30_000;
const drainPollMs = 20;

export function mergedWebSocket(merged: MergedStream): Readonly<{ client: WebSocket; done: Promise<void> }> {
  const { 0: client, 1: socket } = new WebSocketPair();
  const rate = startRate(clientRate, Date.now());
  socket.accept();
  socket.addEventListener("message", ({ data }) => {
    const reason = onMessage(data);
    if (reason) merged.close(reason);
  });
  socket.addEventListener("close", () => merged.close());
  socket.addEventListener("error", () => merged.close());

  function onMessage(data: string | ArrayBuffer): CloseReason | null {
    if (!takeMessage(rate, clientRate, Date.now())) return "too_fast";
    if (data === ping) {
      send(socket, pong);
      return null;
    }
    const cursors = parseSitesAck(data);
    if (!cursors) return "bad_frame";
    for (const [site, cursor] of cursors) if (!merged.acknowledge(site, cursor)) return "bad_frame";
    return null;
  }

  async function pump(): Promise<void> {
    for (;;) {
      const taken = await merged.next();
      if (taken.kind === "closed") return close(socket, taken.reason);
      expectAnswer(rate);
      send(socket, taken.frame.text);
      if (!(await drained(socket))) merged.close("resume_now");
    }
  }

  return { client, done: pump() };
}

/** Resolves when little waits for the client; with false if it does not read. Older runtimes do not report it. */
async function drained(socket: WebSocket): Promise<boolean> {
  let least = Infinity;
  for (let stalledMs = 0; stalledMs < stallMs; stalledMs += drainPollMs) {
    const buffered = socket.bufferedAmount ?? 0;
    if (buffered <= maxBufferedBytes || socket.readyState !== WebSocket.OPEN) return true;
    if (buffered < least) stalledMs = 0;
    least = Math.min(least, buffered);
    await new Promise((resolve) => setTimeout(resolve, drainPollMs));
  }
  return false;
}

/** If the client is gone, its close event ends the stream. */
function send(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // See above.
  }
}

function close(socket: WebSocket, reason: CloseReason | null): void {
  try {
    if (reason) socket.close(closeCodes[reason].code, reason);
    else socket.close(1000, "");
  } catch {
    // The client has closed it already.
  }
}
