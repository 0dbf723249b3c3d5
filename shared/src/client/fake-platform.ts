/** A platform for tests of the client: its sockets, timers and answers belong to the test. */
import type { HttpRequest, HttpResponse, Platform, Socket } from "./platform.ts";

export type SentRequest = HttpRequest & Readonly<{ url: string }>;
export type Opened = Socket & { url: string; sent: string[]; isClosed: boolean };

export const answerOf = (status: number, body: unknown): HttpResponse => ({
  status,
  text: async () => JSON.stringify(body),
  body: null,
});

/** Timers run when `pass` lets time pass. */
export function fakePlatform(answers: (request: SentRequest) => HttpResponse | Promise<HttpResponse> = () => granted) {
  const requests: SentRequest[] = [];
  const sockets: Opened[] = [];
  const reported: unknown[] = [];
  const wakers = new Set<() => void>();
  const timers = new Set<{ at: number; run: () => void }>();
  let now = 0;
  function WebSocket(url: string): Opened {
    const socket: Opened = {
      url,
      sent: [],
      isClosed: false,
      send: (text) => socket.sent.push(text),
      close: () => {
        socket.isClosed = true;
      },
      onmessage: null,
      onclose: null,
      onerror: null,
    };
    sockets.push(socket);
    return socket;
  }
  const platform: Partial<Platform> = {
    fetch: async (url, request) => {
      requests.push({ ...request, url });
      return answers({ ...request, url });
    },
    WebSocket: WebSocket as unknown as NonNullable<Platform["WebSocket"]>,
    now: () => now,
    random: () => 0.5,
    setTimer: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    onWake: (wake) => {
      wakers.add(wake);
      return () => wakers.delete(wake);
    },
    reportError: (error) => reported.push(error),
  };
  /** Lets `ms` pass: runs each timer at its time, and everything that follows from it. */
  const pass = async (ms = 0) => {
    const end = now + ms;
    for (;;) {
      for (let turn = 0; turn < 50; turn++) await null;
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      timers.delete(next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = end;
  };
  const later = (run: () => void) => timers.add({ at: 1_000, run });
  return { platform, pass, later, requests, sockets, reported, wakers, waitingTimers: () => timers.size };
}

export const granted = answerOf(200, { ticket: "tick", expiresAt: 1 });
export const receive = (socket: Opened | undefined, frame: object | string) =>
  socket?.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) } as never);
export const close = (socket: Opened | undefined, code: number) => socket?.onclose?.({ code, reason: "" } as never);
