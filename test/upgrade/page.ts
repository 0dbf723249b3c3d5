/**
 * A page of pbxis-ws (section 11 of PROTOCOL.md) that stays over all deployments with one ticket, and counts what it
 * receives. When its stream ends without `closed`, or cannot be opened, it uses the ticket again.
 */
import { setTimeout as sleep } from "node:timers/promises";

export type PageTransport = "websocket" | "sse" | "long-poll";

export type Page = Readonly<{
  /** How often each completed call has arrived, by Uniqueid. */
  completed: ReadonlyMap<string, number>;
  /** How many streams or polls have brought events. */
  streams: () => number;
  /** The worker has said that the ticket is of no use any more. */
  isOver: () => boolean;
  close: () => void;
}>;

type PageEvent = Readonly<{ type: string; uniqueId?: string }>;

/** Before the ticket is used again. */
const pauseMs = 200;

export function openPage(url: URL, ticket: string, transport: PageTransport): Page {
  const completed = new Map<string, number>();
  const closing = new AbortController();
  let streams = 0;
  let isOver = false;
  let hasEvents = false;
  const take = ({ type, uniqueId = "" }: PageEvent): void => {
    if (type === "closed") isOver = true;
    else if (!hasEvents) streams += 1;
    hasEvents = true;
    if (type === "agentComplete") completed.set(uniqueId, (completed.get(uniqueId) ?? 0) + 1);
  };
  const path = new URL(`/${ticket}/${transport}`, url);
  const follow = { websocket: followSocket, sse: followEventSource, "long-poll": poll }[transport]();
  const live = async (): Promise<void> => {
    while (!isOver && !closing.signal.aborted) {
      hasEvents = false;
      // A worker that is being replaced cannot be reached.
      await follow(path, take, closing.signal).catch(() => {});
      if (transport !== "long-poll" || !hasEvents) await sleep(pauseMs);
    }
  };
  void live();
  return { completed, streams: () => streams, isOver: () => isOver, close: () => closing.abort() };
}

/** Resolves or rejects when the stream has ended. */
type Follow = (path: URL, take: (event: PageEvent) => void, closed: AbortSignal) => Promise<void>;

function followSocket(): Follow {
  return async (path, take, closed) => {
    const socket = new WebSocket(path);
    const ended = Promise.withResolvers<void>();
    const close = () => socket.close();
    closed.addEventListener("abort", close);
    socket.addEventListener("message", ({ data }) => take(JSON.parse(data)));
    socket.addEventListener("error", () => ended.resolve());
    socket.addEventListener("close", () => ended.resolve());
    await ended.promise;
    closed.removeEventListener("abort", close);
  };
}

/** As a browser's EventSource, which names the last id that it has received. */
function followEventSource(): Follow {
  let lastId: string | undefined;
  return async (path, take, signal) => {
    const headers = { accept: "text/event-stream", ...(lastId && { "last-event-id": lastId }) };
    const response = await fetch(path, { headers, signal });
    if (!response.ok || !response.body) return;
    let rest = "";
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const messages = (rest + text).split("\n\n");
      rest = messages.pop() ?? "";
      for (const message of messages) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(message)?.[1];
        lastId = field("id") ?? lastId;
        const type = field("event");
        if (type) take({ ...JSON.parse(field("data") ?? "{}"), type });
      }
    }
  };
}

function poll(): Follow {
  return async (path, take, signal) => {
    const response = await fetch(path, { signal });
    if (response.status === 404) take({ type: "closed" });
    if (!response.ok) return;
    const events: readonly PageEvent[] = JSON.parse(await response.text());
    for (const event of events) take(event);
  };
}
