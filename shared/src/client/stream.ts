/**
 * Opens a stream over one of two transports with one interface: a WebSocket opened with a ticket (AP6), because
 * browsers cannot set headers on it, or server-sent events read by `fetch`, which can.
 */
import { ping, pong } from "../protocol/keep-alive.ts";
import { errorOf, type Http, messageOf, SiteError } from "./http.ts";
import type { ByteReader, Platform, SocketConstructor } from "./platform.ts";
import { SseParser } from "./sse.ts";
import type { StreamEnd } from "./stream-end.ts";

export type StreamRequest = Readonly<{
  /** Below the site: `/events`, `/queues/support/events`. */
  path: string;
  query: Readonly<Record<string, string | undefined>>;
  /** The names of the ticket. */
  names: Readonly<Partial<Record<"sites" | "agents" | "queues", readonly string[]>>>;
  freshToken: boolean;
}>;

/** `onEnded` is called at most once, and no handler after it. No handler is called after `close`. */
type StreamHandlers = Readonly<{
  onFrame: (text: string) => void;
  /** Something other than a frame has arrived, such as a pong or part of a frame. */
  onActivity: () => void;
  onEnded: (end: StreamEnd) => void;
}>;

export type Stream = Readonly<{
  acknowledge: (cursor: string) => void;
  ping: () => void;
  /** Whether a ping is answered. */
  answersPings: boolean;
  close: () => void;
}>;

export type OpenStream = (request: StreamRequest, handlers: StreamHandlers) => Stream;

/**
 * The function that returns the transport of one more subscription, which remembers what got through.
 * @throws Error if `transport` is `websocket` and the platform has none.
 */
export function transportsOf(
  transport: "auto" | "websocket" | "sse" = "auto",
  http: Http,
  platform: Platform,
): () => OpenStream {
  const { WebSocket } = platform;
  if (transport === "websocket" && !WebSocket) throw new Error("this platform has no WebSocket");
  return () => {
    const sse = sseStreams(http, platform);
    if (!WebSocket || transport === "sse") return sse;
    return webSocketStreams(http, platform, WebSocket, transport === "auto" ? sse : null);
  };
}

/** The handlers, made silent after the end of the stream or after `mute`. */
function untilEnded(handlers: StreamHandlers): StreamHandlers & Readonly<{ isOver: () => boolean; mute: () => void }> {
  let over = false;
  return {
    isOver: () => over,
    mute: () => {
      over = true;
    },
    onFrame: (text) => {
      if (!over) handlers.onFrame(text);
    },
    onActivity: () => {
      if (!over) handlers.onActivity();
    },
    onEnded: (end) => {
      if (over) return;
      over = true;
      handlers.onEnded(end);
    },
  };
}

/**
 * For one subscription. After a WebSocket that sent no frame although its ticket was good, the next stream is opened by
 * `fallback`: either something in between blocks WebSockets, or the site refused the stream, which a WebSocket cannot
 * report but an HTTP answer can.
 */
function webSocketStreams(
  http: Http,
  platform: Pick<Platform, "newAbort">,
  WebSocket: SocketConstructor,
  fallback: OpenStream | null,
): OpenStream {
  let lastSocketFailed = false;
  return (request, givenHandlers) => {
    if (lastSocketFailed && fallback) {
      lastSocketFailed = false;
      return fallback(request, givenHandlers);
    }
    const { path, query, names, freshToken } = request;
    const handlers = untilEnded(givenHandlers);
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
      lastSocketFailed = true;
      opened.onmessage = ({ data }: { data: unknown }) => {
        if (data === pong) {
          handlers.onActivity();
          return;
        }
        lastSocketFailed = false;
        handlers.onFrame(String(data));
      };
      opened.onclose = ({ code, reason }: { code: number; reason: string }) =>
        handlers.onEnded({ kind: "closed", code, reason });
      // A close event follows each error. Some implementations throw an error that has no listener.
      opened.onerror = () => {};
    }

    const send = (text: string) => {
      try {
        socket?.send(text);
      } catch {
        // The socket is closing; its close event reports that.
      }
    };
    open().catch((error) => handlers.onEnded(endOf(error)));
    return {
      acknowledge: (cursor) => send(JSON.stringify({ type: "ack", cursor })),
      ping: () => send(ping),
      answersPings: true,
      close: () => {
        handlers.mute();
        abort();
        socket?.close();
      },
    };
  };
}

function sseStreams(http: Http, platform: Pick<Platform, "newAbort" | "newDecoder">): OpenStream {
  return ({ path, query, freshToken }, givenHandlers) => {
    const handlers = untilEnded(givenHandlers);
    const { signal, abort } = platform.newAbort();

    async function open(): Promise<void> {
      const response = await http.send(path, { query, headers: { accept: "text/event-stream" }, signal }, freshToken);
      if (response.status !== 200 || !response.body) throw await errorOf(response);
      await read(response.body.getReader());
      handlers.onEnded({ kind: "broken", reason: "the stream ended" });
    }

    async function read(reader: ByteReader): Promise<void> {
      const parser = new SseParser();
      const decode = platform.newDecoder();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        handlers.onActivity();
        const items = parser.push(decode(chunk.value));
        if (!items) throw new SiteError(200, "unreadable", "the site sent a message that is too long");
        for (const item of items) if (item.kind === "data") handlers.onFrame(item.data);
      }
    }

    open().catch((error) => {
      abort();
      handlers.onEnded(endOf(error));
    });
    return {
      // On SSE the worker acknowledges each frame itself once it is written.
      acknowledge: () => {},
      ping: () => {},
      answersPings: false,
      close: () => {
        handlers.mute();
        abort();
      },
    };
  };
}

function endOf(error: unknown): StreamEnd {
  if (!(error instanceof SiteError) || error.status < 300) return { kind: "broken", reason: messageOf(error) };
  return { kind: "refused", status: error.status, code: error.code, message: error.message };
}
