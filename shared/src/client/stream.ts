/**
 * The two transports of a stream, as one: a WebSocket opened by a ticket (AP6), for browsers cannot set its headers; or server-sent events by
 * `fetch`, which can.
 */
import { ping, pong } from "../protocol/keep-alive.ts";
import type { Ending } from "./ending.ts";
import { errorOf, type Http, SiteError, wordsOf } from "./http.ts";
import type { ByteReader, Platform, SocketConstructor } from "./platform.ts";
import { SseParser } from "./sse.ts";

export type StreamRequest = Readonly<{
  /** Below the site: `/events`, `/queues/support/events`. */
  path: string;
  query: Readonly<Record<string, string | undefined>>;
  /** What the ticket is for. */
  names: Readonly<{ agents?: readonly string[]; queues?: readonly string[] }>;
  freshToken: boolean;
}>;

/** `onEnded` comes once, and nothing after it; nothing at all after `close`. */
export type StreamHandlers = Readonly<{
  onFrame: (text: string) => void;
  onHeard: () => void;
  onEnded: (ending: Ending) => void;
}>;

export type Stream = Readonly<{
  acknowledge: (cursor: string) => void;
  ping: () => void;
  close: () => void;
}>;

export type OpenStream = (request: StreamRequest, handlers: StreamHandlers) => Stream;

/** Handlers that fall silent after the end. */
function untilEnded(
  handlers: StreamHandlers,
): StreamHandlers & Readonly<{ isOver: () => boolean; fallSilent: () => void }> {
  let over = false;
  return {
    isOver: () => over,
    fallSilent: () => {
      over = true;
    },
    onFrame: (text) => {
      if (!over) handlers.onFrame(text);
    },
    onHeard: () => {
      if (!over) handlers.onHeard();
    },
    onEnded: (ending) => {
      if (over) return;
      over = true;
      handlers.onEnded(ending);
    },
  };
}

/**
 * For one subscription. `otherwise` takes a turn after a socket that gave no frame although its ticket was good: something in between lets no
 * WebSocket through, or the site refused it, which a WebSocket cannot tell.
 */
export function webSocketStreams(
  http: Http,
  platform: Pick<Platform, "newAbort">,
  WebSocket: SocketConstructor,
  otherwise: OpenStream | null,
): OpenStream {
  let wasFruitless = false;
  return (request, given) => {
    if (wasFruitless && otherwise) {
      wasFruitless = false;
      return otherwise(request, given);
    }
    const { path, query, names, freshToken } = request;
    const handlers = untilEnded(given);
    const { signal, abort } = platform.newAbort();
    let socket: InstanceType<SocketConstructor> | undefined;

    async function open(): Promise<void> {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(names);
      const answer = await http.send("/tickets", { method: "POST", headers, body, signal }, freshToken);
      if (answer.status !== 200) throw await errorOf(answer);
      const { ticket }: { ticket: string } = JSON.parse(await answer.text());
      if (handlers.isOver()) return;
      const opened = new WebSocket(http.urlOf(path, { ...query, ticket }).replace(/^http/i, "ws"));
      socket = opened;
      wasFruitless = true;
      opened.onmessage = ({ data }: { data: unknown }) => {
        if (data === pong) {
          handlers.onHeard();
          return;
        }
        wasFruitless = false;
        handlers.onFrame(String(data));
      };
      opened.onclose = ({ code, reason }: { code: number; reason: string }) =>
        handlers.onEnded({ kind: "closed", code, reason });
      // Its close follows, and some implementations throw an error that nobody listens to.
      opened.onerror = () => {};
    }

    const say = (text: string) => {
      try {
        socket?.send(text);
      } catch {
        // It is closing; its end is told by its own event.
      }
    };
    open().catch((error) => handlers.onEnded(endingOf(error)));
    return {
      acknowledge: (cursor) => say(JSON.stringify({ type: "ack", cursor })),
      ping: () => say(ping),
      close: () => {
        handlers.fallSilent();
        abort();
        socket?.close();
      },
    };
  };
}

export function sseStreams(http: Http, platform: Pick<Platform, "newAbort" | "newDecoder">): OpenStream {
  return ({ path, query, freshToken }, given) => {
    const handlers = untilEnded(given);
    const { signal, abort } = platform.newAbort();

    async function open(): Promise<void> {
      const response = await http.send(path, { query, headers: { accept: "text/event-stream" }, signal }, freshToken);
      if (response.status !== 200 || !response.body) throw await errorOf(response);
      await read(response.body.getReader());
      handlers.onEnded({ kind: "broken", because: "the stream ended" });
    }

    async function read(reader: ByteReader): Promise<void> {
      const parser = new SseParser();
      const decode = platform.newDecoder();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        handlers.onHeard();
        const items = parser.push(decode(chunk.value));
        if (!items) throw new SiteError(200, "unreadable", "the site sent a message without an end");
        for (const item of items) if (item.kind === "data") handlers.onFrame(item.data);
      }
    }

    open().catch((error) => {
      abort();
      handlers.onEnded(endingOf(error));
    });
    return {
      // The worker acknowledges what it has written.
      acknowledge: () => {},
      ping: () => {},
      close: () => {
        handlers.fallSilent();
        abort();
      },
    };
  };
}

function endingOf(error: unknown): Ending {
  if (!(error instanceof SiteError) || error.status < 300) return { kind: "broken", because: wordsOf(error) };
  return { kind: "refused", status: error.status, code: error.code, message: error.message };
}
