/**
 * pbxis-ws's long poll: what is there at once, otherwise what comes within the wait, gathered for a moment after the first. The ticket is given back
 * with the new position before the answer is sent, so that the next poll goes on after it, however soon it comes.
 */
import type { Cursor } from "@pbxis/shared";
import { closed, type PbxisEvent } from "./event.ts";
import type { Told } from "./feed.ts";
import type { Session } from "./session.ts";
import { isFinal } from "./stream.ts";

/** Below the time after which proxies give up on a silent answer. */
const waitMs = 25_000;
/** Events come in bursts. */
const gatherMs = 100;

/** Undefined: the site cannot be reached, or the client has gone. Rejects where the ticket's object cannot be reached. */
export async function pollEvents(session: Session, signal: AbortSignal): Promise<readonly PbxisEvent[] | undefined> {
  const leave = (): void => session.feed.stop("left");
  signal.addEventListener("abort", leave);
  const { events, at, end } = await gather(session).finally(() => signal.removeEventListener("abort", leave));
  if (signal.aborted) {
    await session.release(null);
    return undefined;
  }
  const isOurs = await session.release(at);
  if (!isOurs || (end !== undefined && isFinal(end) && events.length === 0)) return [closed];
  return end === "broken" && events.length === 0 ? undefined : events;
}

type Gathered = Readonly<{
  events: readonly PbxisEvent[];
  /** Up to where there is nothing more to tell than `events`. */
  at: Cursor | null;
  end: Extract<Told, { kind: "end" }>["why"] | undefined;
}>;

async function gather({ feed }: Session): Promise<Gathered> {
  const events: PbxisEvent[] = [];
  let at: Cursor | null = null;
  let timer = setTimeout(() => feed.stop("left"), waitMs);
  try {
    for (;;) {
      const told = await feed.next();
      if (told.kind === "end") return { events, at, end: told.why === "left" ? undefined : told.why };
      at = told.at;
      const isBurst = events.length === 0 && told.events.length > 0;
      events.push(...told.events);
      if (!isBurst) continue;
      if (told.isFirst) return { events, at, end: undefined };
      clearTimeout(timer);
      timer = setTimeout(() => feed.stop("left"), gatherMs);
    }
  } finally {
    clearTimeout(timer);
    feed.stop("left");
  }
}
