/**
 * Reads one pbxis-ws client's stream inside the worker, independently of its transport: it opens the socket of the
 * scope object, opens it again when it breaks, and translates each frame. Each call of `next` acknowledges the frame
 * that the call before returned (ST4).
 */
import { type Cursor, closeCodes, parseCursor, ServerFrame } from "@pbxis/shared";
import { logWarning } from "../log.ts";
import type { Place } from "../ticket/api.ts";
import { openUpstream, type Upstream } from "../transport/upstream.ts";
import type { PbxisEvent } from "./event.ts";
import { skipAfter } from "./place.ts";
import type { FrameTranslator } from "./translator.ts";

/**
 * Why a stream ended. `left`: the client disconnected. `lost`: another client uses the ticket now. `over`: the grant
 * has expired or was revoked, or the stream cannot go on where it was (PX2). `broken`: the site cannot be reached.
 */
export type EndReason = "left" | "lost" | "over" | "broken";

/**
 * `from` and `at`: the positions before and after these events; before the first there is none. `isFirst`: they come from
 * the first frame of a newly opened socket.
 */
export type ReadEvents = Readonly<{
  kind: "events";
  events: readonly PbxisEvent[];
  from: Place | null;
  at: Place;
  isFirst: boolean;
}>;
type ReadResult = ReadEvents | Readonly<{ kind: "end"; reason: EndReason }>;

export type EventReader = Readonly<{
  /** Only one call may be pending at a time. After an `end` every call returns that end. */
  next: () => Promise<ReadResult>;
  /** Ends the stream; a pending `next` returns at once. The first reason counts. */
  stop: (reason: EndReason) => void;
}>;

/** Resolves with null if no socket could be opened. */
export type OpenSocket = (since: Cursor | null) => Promise<WebSocket | "revoked" | null>;

/** The delays before each attempt to reopen a broken stream. After the last one the stream ends as `broken`. */
const retryDelaysMs = [0, 500, 1_000, 2_000, 4_000, 8_000] as const;

/** `start`: where the client is. If it is unsure, the client gets a snapshot first. */
export function openEventReader(open: OpenSocket, translator: FrameTranslator, start: Place | null): EventReader {
  const stopped = Promise.withResolvers<void>();
  let end: EndReason | undefined;
  let at = start && sureOf(start);
  let needsStates = start?.isUnsure === true;
  let skip = skipAfter(at);
  let upstream: Upstream | undefined;
  let unacknowledged: string | undefined;
  let failures = 0;
  let isFirst = true;

  const stop = (reason: EndReason): void => {
    end ??= reason;
    upstream?.close();
    stopped.resolve();
  };
  const close = (): void => {
    upstream?.close();
    upstream = undefined;
    unacknowledged = undefined;
  };
  const reopen = async (): Promise<void> => {
    close();
    const delayMs = retryDelaysMs[failures++];
    if (delayMs === undefined) return stop("broken");
    await pause(delayMs, stopped.promise);
    const socket = end ? null : await open(needsStates ? null : at);
    if (socket === "revoked") return stop("over");
    if (!socket) return;
    upstream = openUpstream(socket);
    isFirst = true;
    skip = skipAfter(at);
    if (end) upstream.close();
  };
  const receive = async (from: Upstream): Promise<ReadResult | undefined> => {
    const received = await from.next();
    if (received.kind === "closed") {
      if (received.code === closeCodes.token_expired.code) stop("over");
      else if (!end) await reopen();
      return undefined;
    }
    const { cursor, frame } = readFrame(received);
    if (frame.type === "snapshot" && at && !needsStates && !translator.isComplete) return void stop("over");
    const translated = await translator.translate(frame);
    if (needsStates && at) {
      // The next socket brings what came after `at`, and with it what the snapshot does not say: occurrences, and what
      // is gone.
      [needsStates, failures] = [false, 0];
      close();
      return { kind: "events", events: translated, from: at, at, isFirst: true };
    }
    const result = { kind: "events", ...skip(translated, cursor, frame.type), from: at, isFirst } as const;
    [at, unacknowledged, failures, isFirst] = [result.at, received.cursor, 0, false];
    return result;
  };
  const next = async (): Promise<ReadResult> => {
    while (!end) {
      try {
        if (unacknowledged !== undefined) upstream?.acknowledge(unacknowledged);
        unacknowledged = undefined;
        const result = upstream ? await receive(upstream) : await reopen();
        if (result) return result;
      } catch (error) {
        logWarning("a pbxis-ws stream broke", { error: String(error) });
        await reopen();
      }
    }
    return { kind: "end", reason: end };
  };
  return { next, stop };
}

/** @throws Error if the frame cannot be read. */
function readFrame(received: Readonly<{ cursor: string; text: string }>) {
  const cursor = parseCursor(received.cursor);
  if (!cursor) throw new Error(`not a cursor: ${received.cursor}`);
  return { cursor, frame: ServerFrame.parse(JSON.parse(received.text)) };
}

function sureOf({ isUnsure: _, ...place }: Place): Place {
  return place;
}

/** Returns early once `stopped` resolves. */
async function pause(delayMs: number, stopped: Promise<void>): Promise<void> {
  if (delayMs === 0) return;
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, delayMs);
  await Promise.race([over.promise, stopped]);
  clearTimeout(timer);
}
