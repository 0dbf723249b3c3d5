/** Clients of the three transports with one interface, for tests: each returns the next frame. */
import { exports } from "cloudflare:workers";
import { ServerFrame } from "@pbxis/shared";
import { type Ended, Inbox } from "./inbox.ts";
import { signToken, type TestClaims } from "./token.ts";

const origin = "https://edge.test";

export type GetOptions = Readonly<{
  claims?: TestClaims | null;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | null;
}>;

export async function get(
  path: string,
  { claims = {}, headers = {}, signal = null }: GetOptions = {},
): Promise<Response> {
  const authorization: Record<string, string> = claims ? { authorization: `Bearer ${await signToken(claims)}` } : {};
  return exports.default.fetch(`${origin}${path}`, { headers: { ...authorization, ...headers }, signal });
}

export type Stream = Readonly<{ next: () => Promise<ServerFrame>; close: () => void | Promise<void> }>;

export type SocketStream = Stream &
  Readonly<{ send: (text: string | ArrayBuffer) => void; ended: Promise<Ended>; inbox: Inbox }>;

export async function openWebSocket(path: string, claims: TestClaims = {}): Promise<SocketStream> {
  const response = await get(path, { claims, headers: { upgrade: "websocket" } });
  const socket = response.webSocket;
  if (!socket) throw new Error(`no socket: ${response.status} ${await response.text()}`);
  const inbox = new Inbox(socket);
  return {
    inbox,
    next: async () => ServerFrame.parse(JSON.parse(await inbox.text())),
    send: (text) => socket.send(text),
    close: () => socket.close(1000, "done"),
    ended: inbox.ended,
  };
}

type SseMessage = Readonly<{ id: string; frame: ServerFrame }>;
export type SseStream = Stream & Readonly<{ nextMessage: () => Promise<SseMessage>; response: Response }>;

export async function openSse(
  path: string,
  claims: TestClaims = {},
  headers: Record<string, string> = {},
): Promise<SseStream> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const response = await get(path, { claims, headers: { accept: "text/event-stream", ...headers }, signal });
  if (!response.body || response.status !== 200) throw new Error(`no stream: ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const nextMessage = async (): Promise<SseMessage> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await reader.read();
        if (done) throw new Error("the stream has ended");
        text += value;
        continue;
      }
      const message = text.slice(0, end);
      text = text.slice(end + 2);
      const match = /^(?:retry: \d+\n)?(?::\n)*id: (\S+)\ndata: (.*)$/.exec(message);
      // Every block must have data: some parsers dispatch a block without data as an empty message.
      if (!match?.[1] || !match[2]) throw new Error(`not one message: ${JSON.stringify(message)}`);
      return { id: match[1], frame: ServerFrame.parse(JSON.parse(match[2])) };
    }
  };
  return {
    response,
    nextMessage,
    next: async () => (await nextMessage()).frame,
    close: () => leaving.abort(),
  };
}

/** Polls repeatedly, each time from the last cursor; empty answers are skipped. */
export function pollStream(path: string, claims: TestClaims = {}): Stream {
  const url = new URL(path, origin);
  return {
    next: async () => {
      for (;;) {
        const frame = await pollOnce(`${url.pathname}${url.search}`, claims);
        url.searchParams.set("since", frame.cursor);
        if (frame.type !== "events" || frame.events.length > 0) return frame;
      }
    },
    close: () => {},
  };
}

export async function pollOnce(path: string, claims: TestClaims = {}): Promise<ServerFrame> {
  const response = await get(path, { claims });
  if (response.status !== 200) throw new Error(`no answer: ${response.status} ${await response.text()}`);
  return ServerFrame.parse(await response.json());
}
