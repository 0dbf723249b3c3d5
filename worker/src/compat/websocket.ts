/**
 * PX3: pbxis-ws's WebSocket, one event per message. Its clients acknowledge nothing, so a slow client is recognised by
 * the bytes that wait in the runtime (ST4).
 */
import { closeCodes } from "@pbxis/shared";
import { deliverEvents, isFinal } from "./deliver.ts";
import { closed, type PbxisEvent } from "./event.ts";
import type { TicketStream } from "./ticket-stream.ts";

/**
 * The bytes that may wait in the runtime for a slow client beyond its first frame. The client is then closed with
 * `resume_now`.
 */
const maxBufferedBytes = 1024 * 1024;

/** `stream` is undefined for an unknown ticket: the client then gets `closed` and nothing else. */
export function websocketAnswer(
  stream: TicketStream | undefined,
): Readonly<{ response: Response; done: Promise<void> }> {
  const { 0: client, 1: socket } = new WebSocketPair();
  socket.accept();
  return {
    response: new Response(null, { status: 101, webSocket: client }),
    done: stream ? run(stream, socket) : Promise.resolve(end(socket)),
  };
}

async function run(stream: TicketStream, socket: WebSocket): Promise<void> {
  const leave = (): void => stream.reader.stop("left");
  socket.addEventListener("close", leave);
  socket.addEventListener("error", leave);
  let limitBytes = Number.POSITIVE_INFINITY;
  const reason = await deliverEvents(stream, async ({ events }) => {
    // Checked before sending: an event that was sent is not sent again when the client comes back.
    if (bufferedBytes(socket) > limitBytes) {
      close(socket, closeCodes.resume_now.code, "resume_now");
      throw new Error("the client reads too slowly");
    }
    for (const event of events) send(socket, event);
    if (limitBytes === Number.POSITIVE_INFINITY) limitBytes = bufferedBytes(socket) + maxBufferedBytes;
  });
  if (isFinal(reason)) end(socket);
  else if (reason === "broken") close(socket, closeCodes.unavailable.code, "unavailable");
  else close(socket, 1000, "");
}

/** Older runtimes have no `bufferedAmount`. */
function bufferedBytes(socket: WebSocket): number {
  return socket.bufferedAmount ?? 0;
}

function end(socket: WebSocket): void {
  try {
    send(socket, closed);
  } catch {
    // The client has closed the socket itself.
  }
  close(socket, 1000, "closed");
}

/** @throws once the client has disconnected. */
function send(socket: WebSocket, event: PbxisEvent): void {
  socket.send(JSON.stringify(event));
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // The socket is closed already.
  }
}
