/**
 * PX3: pbxis-ws's long poll. Events that are there already are returned at once; otherwise the poll waits for the first
 * events and gathers for another 100 ms. The ticket is released with the new position before the answer is sent, so
 * that the next poll continues after it however soon it comes.
 */
import type { Place } from "../ticket/api.ts";
import { isFinal } from "./deliver.ts";
import { closed, type PbxisEvent } from "./event.ts";
import type { EndReason } from "./event-reader.ts";
import type { TicketStream } from "./ticket-stream.ts";

/** Shorter than the usual time-outs of proxies. */
const waitMs = 25_000;
/** Events come in bursts, which one answer should hold. */
const gatherMs = 100;

/** Undefined if the site cannot be reached or the client has disconnected. */
export async function pollEvents(
  stream: TicketStream,
  signal: AbortSignal,
): Promise<readonly PbxisEvent[] | undefined> {
  const leave = (): void => stream.reader.stop("left");
  signal.addEventListener("abort", leave);
  const { events, at, end } = await gather(stream).finally(() => signal.removeEventListener("abort", leave));
  if (signal.aborted) {
    await stream.release(null).catch(() => {});
    return undefined;
  }
  const isOurs = await stream.release(at).catch(() => null);
  // Nobody knows whether the next poll would go on before these events or after them, so there must be none.
  if (isOurs === null) return [...events, closed];
  if (!isOurs || (end !== undefined && isFinal(end) && events.length === 0)) return [closed];
  return end === "broken" && events.length === 0 ? undefined : events;
}

type Gathered = Readonly<{
  events: readonly PbxisEvent[];
  /** The position up to which `events` is complete. */
  at: Place | null;
  end: EndReason | undefined;
}>;

async function gather({ reader }: TicketStream): Promise<Gathered> {
  const events: PbxisEvent[] = [];
  let at: Place | null = null;
  let timer = setTimeout(() => reader.stop("left"), waitMs);
  try {
    for (;;) {
      const result = await reader.next();
      if (result.kind === "end") return { events, at, end: result.reason === "left" ? undefined : result.reason };
      at = result.at;
      const startsBurst = events.length === 0 && result.events.length > 0;
      events.push(...result.events);
      if (!startsBurst) continue;
      if (result.isFirst) return { events, at, end: undefined };
      clearTimeout(timer);
      timer = setTimeout(() => reader.stop("left"), gatherMs);
    }
  } finally {
    clearTimeout(timer);
    reader.stop("left");
  }
}
