/** pbxis-ws's WebSocket: one event a message. Its clients acknowledge nothing, so what waits for one of them is measured where it can be (ST4). */
import { closeCodes } from "@pbxis/shared";
import { closed, type PbxisEvent } from "./event.ts";
import type { Session } from "./session.ts";
import { isFinal, streamEvents } from "./stream.ts";

/** What may wait in the runtime for a client that reads slowly, beyond its first frame. */
const maxBufferedBytes = 1024 * 1024;

/** Without a session: the ticket is none, and the client is told that there is nothing. */
export function websocketAnswer(session: Session | undefined): Readonly<{ response: Response; done: Promise<void> }> {
  const { 0: client, 1: socket } = new WebSocketPair();
  socket.accept();
  return {
    response: new Response(null, { status: 101, webSocket: client }),
    done: session ? run(session, socket) : Promise.resolve(end(socket)),
  };
}

async function run(session: Session, socket: WebSocket): Promise<void> {
  const leave = (): void => session.feed.stop("left");
  socket.addEventListener("close", leave);
  socket.addEventListener("error", leave);
  let limitBytes = Number.POSITIVE_INFINITY;
  const why = await streamEvents(session, async (events) => {
    // Before the frame is sent: what was sent once is not sent again when the client comes back.
    if (bufferedBytes(socket) > limitBytes) {
      close(socket, closeCodes.resume_now.code, "resume_now");
      throw new Error("the client reads too slowly");
    }
    for (const event of events) send(socket, event);
    if (limitBytes === Number.POSITIVE_INFINITY) limitBytes = bufferedBytes(socket) + maxBufferedBytes;
  });
  if (isFinal(why)) end(socket);
  else if (why === "broken") close(socket, closeCodes.unavailable.code, "unavailable");
  else close(socket, 1000, "");
}

/** Older runtimes do not tell. */
function bufferedBytes(socket: WebSocket): number {
  return socket.bufferedAmount ?? 0;
}

function end(socket: WebSocket): void {
  try {
    send(socket, closed);
  } catch {
    // It was the client that closed; it needs not be told.
  }
  close(socket, 1000, "closed");
}

/** Throws once the client has gone. */
function send(socket: WebSocket, event: PbxisEvent): void {
  socket.send(JSON.stringify(event));
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Closed already.
  }
}
