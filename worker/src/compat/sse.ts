/**
 * pbxis-ws's server-sent events: the event's type as the message's, the rest as its data. The cursor goes along as the last message's `id`: a
 * browser that comes back says by it what it has really got.
 */
import { encodeCursor } from "@pbxis/shared";
import { type SseAnswer, sseAnswer } from "../transport/sse.ts";
import { closed, type PbxisEvent } from "./event.ts";
import type { Session } from "./session.ts";
import { isFinal, streamEvents } from "./stream.ts";

export function sseEventsAnswer(session: Session | undefined, signal: AbortSignal): SseAnswer {
  const leave = (): void => session?.feed.stop("left");
  return sseAnswer(signal, leave, async (write) => {
    const why = session
      ? await streamEvents(session, (events, at) => write(messagesOf(events, encodeCursor(at))))
      : "over";
    if (isFinal(why)) await write(messageOf(closed));
  });
}

function messagesOf(events: readonly PbxisEvent[], id: string): string {
  return events.map((event, index) => (index === events.length - 1 ? `id: ${id}\n` : "") + messageOf(event)).join("");
}

function messageOf({ type, ...rest }: PbxisEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(rest)}\n\n`;
}
