import { describe, expect, it } from "vitest";
import { tokenTimeoutMs } from "./http.ts";
import type { HttpRequest, HttpResponse, Platform, Socket } from "./platform.ts";
import { connectSite, type SiteOptions, type SubscriptionHandlers } from "./site.ts";
import { pingIntervalMs } from "./subscription-machine.ts";

type Request = HttpRequest & Readonly<{ url: string }>;
type Opened = Socket & { url: string; said: string[]; isClosed: boolean };

const snapshot = { type: "snapshot", cursor: "e-1", link: "up", asOf: 1, events: [] };
const occurrence = { type: "originateFailed", actionId: "a", reason: "busy", at: 1 };
const answerOf = (status: number, body: unknown): HttpResponse => ({
  status,
  text: async () => JSON.stringify(body),
  body: null,
});

/** A platform whose sockets, timers and answers are the test's own. Timers run when the test says so. */
function pretend(answers: (request: Request) => HttpResponse | Promise<HttpResponse> = () => granted) {
  const requests: Request[] = [];
  const sockets: Opened[] = [];
  const reported: unknown[] = [];
  const timers = new Set<{ at: number; run: () => void }>();
  let now = 0;
  function WebSocket(url: string): Opened {
    const socket: Opened = {
      url,
      said: [],
      isClosed: false,
      send: (text) => socket.said.push(text),
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
    reportError: (error) => reported.push(error),
  };
  /** Lets `ms` pass, with every timer in its time, and everything that then follows at once. */
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
  const connect = (options: Partial<SiteOptions> = {}) =>
    connectSite({ url: "https://edge.test", site: "hq", token: "t", platform, ...options });
  const later = (run: () => void) => timers.add({ at: 1_000, run });
  return { connect, pass, later, requests, sockets, reported, waitingTimers: () => timers.size };
}

const granted = answerOf(200, { ticket: "tick", expiresAt: 1 });
const says = (socket: Opened | undefined, frame: object | string) =>
  socket?.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) } as never);
const closes = (socket: Opened | undefined, code: number) => socket?.onclose?.({ code, reason: "" } as never);

/** Live, with what its handlers were told. */
async function live(handlers: SubscriptionHandlers = {}, options: Partial<SiteOptions> = {}) {
  const here = pretend();
  const watched = here.connect(options).subscribe({ agents: "*", queues: ["a b"] }, handlers);
  await here.pass();
  says(here.sockets[0], snapshot);
  return { ...here, watched };
}

describe("AP6 over a WebSocket", () => {
  it("has a ticket for what it subscribes to, acknowledges, and asks for signs of life", async () => {
    const { sockets, requests, pass, watched } = await live();
    expect(requests).toMatchObject([
      { url: "https://edge.test/v1/sites/hq/tickets", method: "POST", headers: { authorization: "Bearer t" } },
    ]);
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual({ agents: ["*"], queues: ["a b"] });
    const [socket] = sockets;
    expect(socket?.url).toBe("wss://edge.test/v1/sites/hq/events?agents=*&queues=a%20b&ticket=tick");
    await pass(pingIntervalMs);
    expect(socket?.said).toEqual(['{"type":"ack","cursor":"e-1"}', "ping"]);
    closes(socket, 1006);
    await pass(60_000);
    expect(sockets[1]?.url).toContain("since=e-1&ticket=tick");
    watched.close();
  });

  it("closed while the ticket is fetched, it opens nothing and waits for nothing", async () => {
    let resolve = (_answer: HttpResponse) => {};
    const answered = new Promise<HttpResponse>((arrive) => {
      resolve = arrive;
    });
    const here = pretend(() => answered);
    const watched = here.connect().subscribe({ queues: "*" });
    await here.pass();
    watched.close();
    resolve(granted);
    await here.pass(100_000);
    expect([here.sockets, here.waitingTimers()]).toEqual([[], 0]);
  });

  it.each(["websocket", "sse"] as const)("closed as it tells that it connects: no %s", async (transport) => {
    const here = pretend();
    const told: string[] = [];
    const watched = here.connect({ transport }).subscribe(
      { queues: "*" },
      {
        onStatus: ({ kind }) => {
          told.push(kind);
          if (kind === "connecting") watched.close();
        },
      },
    );
    await here.pass(100_000);
    expect([told, here.requests, here.waitingTimers()]).toEqual([["connecting", "stopped"], [], 0]);
  });

  it("where no WebSocket gets through, server-sent events take a turn, which tell why", async () => {
    const here = pretend(({ url }) =>
      url.endsWith("/tickets") ? granted : answerOf(413, { error: { code: "too_large", message: "ask for fewer" } }),
    );
    const watched = here.connect().subscribe({ queues: "*" });
    await here.pass();
    closes(here.sockets[0], 1006);
    await here.pass(60_000);
    expect(here.requests.at(-1)).toMatchObject({ headers: { accept: "text/event-stream" } });
    expect(watched.status()).toEqual({ kind: "stopped", reason: "ask for fewer" });
  });

  it("with a WebSocket alone it stays with that", async () => {
    const here = pretend();
    const watched = here.connect({ transport: "websocket" }).subscribe({ queues: "*" });
    await here.pass();
    closes(here.sockets[0], 1006);
    await here.pass(5_000);
    expect(here.sockets.length).toBe(2);
    watched.close();
  });
});

describe("handlers", () => {
  it("one that throws, at once or later, is reported, and the stream goes on", async () => {
    const told: string[] = [];
    const { sockets, reported, watched, pass } = await live({
      onLink: () => {
        throw new Error("at once");
      },
      onOccurrence: async (event) => {
        told.push(event.type);
        throw new Error("later");
      },
    });
    says(sockets[0], { type: "events", cursor: "e-2", events: [occurrence, occurrence] });
    await pass();
    expect(told.length).toBe(2);
    expect(reported.map(String)).toEqual(["Error: at once", "Error: later", "Error: later"]);
    expect(watched.cursor()).toBe("e-2");
  });

  it("nothing is told after a handler has closed the subscription", async () => {
    const told: string[] = [];
    const { sockets, watched, waitingTimers } = await live({
      onOccurrence: (event) => {
        told.push(event.type);
        watched.close();
      },
      onStatus: ({ kind }) => told.push(kind),
    });
    says(sockets[0], { type: "events", cursor: "e-2", events: [occurrence, occurrence] });
    expect(told).toEqual(["connecting", "live", "originateFailed", "stopped"]);
    expect([sockets[0]?.isClosed, waitingTimers()]).toEqual([true, 0]);
  });
});

describe("tokens", () => {
  it("several streams that end with their token ask for one new one together", async () => {
    const here = pretend();
    const tokens = [Promise.resolve("1"), new Promise<string>((resolve) => here.later(() => resolve("2")))];
    const hq = here.connect({ token: () => tokens.shift() ?? "more" });
    const watched = [hq.subscribe({ queues: "*" }), hq.subscribe({ agents: "*" })];
    await here.pass();
    for (const socket of here.sockets) says(socket, snapshot);
    for (const socket of here.sockets) closes(socket, 4401);
    await here.pass(1_000);
    expect(here.requests.map(({ headers }) => headers.authorization)).toEqual([
      ...["Bearer 1", "Bearer 1"],
      ...["Bearer 2", "Bearer 2"],
    ]);
    for (const one of watched) one.close();
  });

  it("one that cannot be had is tried again, and says so", async () => {
    const here = pretend();
    const watched = here.connect({ token: () => Promise.reject(new Error("logged out")) }).subscribe({ queues: "*" });
    await here.pass();
    expect(watched.status()).toMatchObject({ kind: "waiting", reason: expect.stringContaining("logged out") });
    watched.close();
  });

  it("a function that hangs is given up, and asked again", async () => {
    const here = pretend();
    let asked = 0;
    const token = () => (++asked === 1 ? new Promise<string>(() => {}) : "t");
    const watched = here.connect({ token }).subscribe({ queues: "*" });
    await here.pass(tokenTimeoutMs);
    expect(watched.status()).toMatchObject({ kind: "waiting", reason: expect.stringContaining("no answer") });
    await here.pass(60_000);
    expect(here.sockets.length).toBeGreaterThan(0);
    watched.close();
  });
});

it.each(["edge.test", "", "ws://edge.test", "https://"])("an address that is none (%j) is refused at once", (url) => {
  expect(() => connectSite({ url, site: "hq", token: "t" })).toThrow("must begin with https://");
});

describe("over server-sent events", () => {
  const text = `retry: 2000\n\nid: e-1\ndata: ${JSON.stringify({
    ...snapshot,
    events: [{ type: "agentName", agent: "1001", name: "Zoë 👩‍💻", at: 1 }],
  })}\n\n`;
  const bytes = Uint8Array.from(encodeURIComponent(text).match(/%..|./g) ?? [], (one) =>
    one.length > 1 ? Number.parseInt(one.slice(1), 16) : one.charCodeAt(0),
  );

  it("the same is understood wherever the bytes are cut", async () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const here = pretend(() => ({ ...granted, body: { getReader: () => ({ read: () => next(chunks) }) } }));
      const watched = here.connect({ transport: "sse" }).subscribe({ agents: "*" });
      await here.pass();
      expect(watched.state.agent("1001")?.name).toBe("Zoë 👩‍💻");
      watched.close();
    }
  });

  /** One chunk after another, then silence. */
  async function next(chunks: Uint8Array[]): Promise<{ done: boolean; value?: Uint8Array | undefined }> {
    const value = chunks.shift();
    return value ? { done: false, value } : new Promise(() => {});
  }
});
