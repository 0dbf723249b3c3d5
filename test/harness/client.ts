/**
 * A client of the event streams (AP1, AP2) on each of the three transports. It records what it receives in a
 * ClientRecord.
 */
import { WebSocket } from "ws";
import { type ClientRecord, createClientRecord, recordFrame } from "./client-record.ts";

export type ClientOptions = Readonly<{
  /** The worker's root. */
  url: URL;
  token: string;
  site?: string;
  /** The stream's path below the site, such as `queues/support/events` for AP2. */
  path?: string;
  agents?: readonly string[];
  queues?: readonly string[];
  summary?: boolean;
  /** Resumes from this record's cursor and continues the record, like a client that has lost its connection. */
  resume?: ClientRecord;
  /** False for a client that never acknowledges (ST4). */
  acknowledge?: boolean;
}>;

export type Client = Readonly<{
  record: ClientRecord;
  /** How the stream ended: `code` is a close code or an HTTP status. Undefined while it is open. */
  ended: () => Readonly<{ code: number; reason: string }> | undefined;
  /** Closes the stream. Nothing is recorded afterwards. */
  close: () => void;
}>;

export const transports = ["websocket", "sse", "longPoll"] as const;
export type Transport = (typeof transports)[number];

export function openClient(transport: Transport, options: ClientOptions): Client {
  return { websocket: openWebSocket, sse: openSse, longPoll: openLongPoll }[transport](options);
}

/** The URL of a stream with the subscription as its query. */
function streamUrl(options: ClientOptions, since: string | null = options.resume?.cursor ?? null): URL {
  const url = new URL(`v1/sites/${options.site ?? "hq"}/${options.path ?? "events"}`, options.url);
  if (options.agents) url.searchParams.set("agents", options.agents.join(","));
  if (options.queues) url.searchParams.set("queues", options.queues.join(","));
  if (options.summary) url.searchParams.set("summary", "1");
  if (since !== null) url.searchParams.set("since", since);
  return url;
}

export function openWebSocket(options: ClientOptions): Client {
  const record = options.resume ?? createClientRecord();
  let ended: { code: number; reason: string } | undefined;
  const url = streamUrl(options);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${options.token}` } });
  socket.on("message", (data) => {
    const text = String(data);
    if (ended || text === "pong") return;
    const frame = recordFrame(record, text);
    if (frame && options.acknowledge !== false) socket.send(JSON.stringify({ type: "ack", cursor: frame.cursor }));
  });
  socket.on("unexpected-response", (request, response) => {
    ended ??= { code: response.statusCode ?? 0, reason: response.statusMessage ?? "" };
    request.destroy();
  });
  socket.on("error", (error) => {
    ended ??= { code: 1006, reason: error.message };
  });
  socket.on("close", (code, reason) => {
    ended ??= { code, reason: reason.toString() };
  });
  const close = () => {
    ended ??= { code: 1000, reason: "closed by this client" };
    socket.terminate();
  };
  return { record, ended: () => ended, close };
}

function openSse(options: ClientOptions): Client {
  return stream(options, async (record, signal) => {
    const response = await get(options, streamUrl(options), signal, "text/event-stream");
    if (!response.ok || !response.body) return { code: response.status, reason: await response.text() };
    let text = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) takeMessage(record, message);
    }
    return { code: response.status, reason: "the stream ended" };
  });
}

/** One SSE message; `id:` must be the frame's cursor, so that `Last-Event-ID` resumes there. */
function takeMessage(record: ClientRecord, message: string): void {
  const fields = new Map<string, string>();
  for (const line of message.split("\n")) {
    const match = /^(\w*): ?(.*)$/.exec(line);
    if (match?.[1]) fields.set(match[1], match[2] ?? "");
  }
  const data = fields.get("data");
  if (data === undefined) return;
  const frame = recordFrame(record, data);
  if (frame && frame.cursor !== fields.get("id"))
    record.violations.push(`SSE id ${fields.get("id")} of ${frame.cursor}`);
  if (fields.has("event")) record.violations.push(`SSE with an event name: ${fields.get("event")}`);
}

function openLongPoll(options: ClientOptions): Client {
  return stream(options, async (record, signal) => {
    for (;;) {
      const url = streamUrl(options, record.cursor);
      url.searchParams.set("wait", "5");
      const response = await get(options, url, signal, "application/json");
      const text = await response.text();
      if (!response.ok) return { code: response.status, reason: text };
      if (!signal.aborted) recordFrame(record, text);
    }
  });
}

/** Runs `body` until it returns, fails or is closed. */
function stream(
  options: ClientOptions,
  body: (record: ClientRecord, signal: AbortSignal) => Promise<{ code: number; reason: string }>,
): Client {
  const record = options.resume ?? createClientRecord();
  const controller = new AbortController();
  let ended: { code: number; reason: string } | undefined;
  body(record, controller.signal).then(
    (end) => {
      ended ??= end;
    },
    (error: unknown) => {
      ended ??= { code: 1006, reason: String(error) };
    },
  );
  const close = () => {
    ended ??= { code: 1000, reason: "closed by this client" };
    controller.abort();
  };
  return { record, ended: () => ended, close };
}

async function get(options: ClientOptions, url: URL, signal: AbortSignal, accept: string): Promise<Response> {
  return await fetch(url, { headers: { authorization: `Bearer ${options.token}`, accept }, signal });
}
