/**
 * One pbxis-ws client's stream inside the worker, whatever the transport: an object's socket, opened again where it breaks, and its frames
 * told as a story. One taker takes what is told, and thereby acknowledges what it took before (ST4).
 */
import { type Cursor, closeCodes, parseCursor, ServerFrame } from "@pbxis/shared";
import { logWarning } from "../log.ts";
import { openUpstream, type Upstream } from "../transport/upstream.ts";
import type { PbxisEvent } from "./event.ts";
import type { Story } from "./story.ts";

/** `left`: the client has gone. `lost`: another one has the ticket now. `over`: its grant has ended. `broken`: the site cannot be reached. */
export type FeedEnd = "left" | "lost" | "over" | "broken";

/** `at`: everything up to there was told. `isFirst`: it was there when the socket was opened. */
export type Told =
  | Readonly<{ kind: "events"; events: readonly PbxisEvent[]; at: Cursor; isFirst: boolean }>
  | Readonly<{ kind: "end"; why: FeedEnd }>;

export type Feed = Readonly<{
  /** One taker at a time. After an end it is always that end. */
  next: () => Promise<Told>;
  /** What is being waited for ends at once. */
  stop: (why: FeedEnd) => void;
}>;

/** Null where no socket could be had. */
export type OpenSocket = (since: Cursor | null) => Promise<WebSocket | null>;

/** Between the attempts to open a broken stream again; after the last one it stays broken. */
const retryDelaysMs = [0, 500, 1_000, 2_000, 4_000, 8_000] as const;

export function openFeed(open: OpenSocket, story: Story, since: Cursor | null): Feed {
  const stopped = Promise.withResolvers<void>();
  let end: FeedEnd | undefined;
  let at = since;
  let upstream: Upstream | undefined;
  let taken: string | undefined;
  let failures = 0;
  let isFirst = true;

  const stop = (why: FeedEnd): void => {
    end ??= why;
    upstream?.close();
    stopped.resolve();
  };
  /** Opens the next socket, after a pause that grows. */
  const reopen = async (): Promise<void> => {
    upstream?.close();
    upstream = undefined;
    taken = undefined;
    const delayMs = retryDelaysMs[failures++];
    if (delayMs === undefined) return stop("broken");
    await pause(delayMs, stopped.promise);
    const socket = end ? null : await open(at);
    if (!socket) return;
    upstream = openUpstream(socket);
    isFirst = true;
    if (end) upstream.close();
  };
  const receive = async (from: Upstream): Promise<Told | undefined> => {
    const received = await from.next();
    if (received.kind === "closed") {
      if (received.code === closeCodes.token_expired.code) stop("over");
      else if (!end) await reopen();
      return undefined;
    }
    const cursor = parseCursor(received.cursor);
    if (!cursor) throw new Error("a frame's cursor is none");
    const events = await story.tell(ServerFrame.parse(JSON.parse(received.text)));
    const told = { kind: "events", events, at: cursor, isFirst } as const;
    [at, taken, failures, isFirst] = [cursor, received.cursor, 0, false];
    return told;
  };
  const next = async (): Promise<Told> => {
    while (!end) {
      try {
        if (taken !== undefined) upstream?.acknowledge(taken);
        taken = undefined;
        const told = upstream ? await receive(upstream) : await reopen();
        if (told) return told;
      } catch (error) {
        logWarning("a pbxis-ws stream broke", { error: String(error) });
        await reopen();
      }
    }
    return { kind: "end", why: end };
  };
  return { next, stop };
}

/** Ends early when `stopped` is. */
async function pause(delayMs: number, stopped: Promise<void>): Promise<void> {
  if (delayMs === 0) return;
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, delayMs);
  await Promise.race([over.promise, stopped]);
  clearTimeout(timer);
}
