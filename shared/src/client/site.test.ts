import { describe, expect, it } from "vitest";
import { answerOf, close, fakePlatform, granted, receive } from "./fake-platform.ts";
import { tokenTimeoutMs } from "./http.ts";
import type { HttpResponse } from "./platform.ts";
import { connectSite, type SiteOptions, type SubscriptionHandlers } from "./site.ts";
import { pingIntervalMs, wakeAnswerMs } from "./stream-timing.ts";

const snapshot = { type: "snapshot", cursor: "e-1", link: "up", asOf: 1, events: [] };
const occurrence = { type: "originateFailed", actionId: "a", reason: "busy", at: 1 };

/** A platform of the test, and sites that are connected on it. */
function fakeSite(answers?: Parameters<typeof fakePlatform>[0]) {
  const here = fakePlatform(answers);
  const connect = (options: Partial<SiteOptions> = {}) =>
    connectSite({ url: "https://edge.test", site: "hq", token: "t", platform: here.platform, ...options });
  return { ...here, connect };
}

/** A live subscription with these handlers. */
async function live(handlers: SubscriptionHandlers = {}, options: Partial<SiteOptions> = {}) {
  const here = fakeSite();
  const watched = here.connect(options).subscribe({ agents: "*", queues: ["a b"] }, handlers);
  await here.pass();
  receive(here.sockets[0], snapshot);
  return { ...here, watched };
}

describe("AP6 over a WebSocket", () => {
  it("gets a ticket for its subscription, acknowledges and pings", async () => {
    const { sockets, requests, pass, watched } = await live();
    expect(requests).toMatchObject([
      { url: "https://edge.test/v1/sites/hq/tickets", method: "POST", headers: { authorization: "Bearer t" } },
    ]);
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual({ agents: ["*"], queues: ["a b"] });
    const [socket] = sockets;
    expect(socket?.url).toBe("wss://edge.test/v1/sites/hq/events?agents=*&queues=a%20b&ticket=tick");
    await pass(pingIntervalMs);
    expect(socket?.sent).toEqual(['{"type":"ack","cursor":"e-1"}', "ping"]);
    close(socket, 1006);
    await pass(60_000);
    expect(sockets[1]?.url).toContain("since=e-1&ticket=tick");
    watched.close();
  });

  it.each([{ queue: ".." }, { agent: "." }])("%j cannot be named in a path", (subscription) => {
    const here = fakeSite();
    expect(() => here.connect().subscribe(subscription)).toThrow(TypeError);
    expect(here.requests).toEqual([]);
  });

  it("closed while the ticket is fetched, it opens no socket and leaves no timer", async () => {
    let resolve = (_answer: HttpResponse) => {};
    const answered = new Promise<HttpResponse>((arrive) => {
      resolve = arrive;
    });
    const here = fakeSite(() => answered);
    const watched = here.connect().subscribe({ queues: "*" });
    await here.pass();
    watched.close();
    resolve(granted);
    await here.pass(100_000);
    expect([here.sockets, here.waitingTimers()]).toEqual([[], 0]);
  });

  it.each(["websocket", "sse"] as const)("closed by the status handler while connecting: no %s", async (transport) => {
    const here = fakeSite();
    const calls: string[] = [];
    const watched = here.connect({ transport }).subscribe(
      { queues: "*" },
      {
        onStatus: ({ kind }) => {
          calls.push(kind);
          if (kind === "connecting") watched.close();
        },
      },
    );
    await here.pass(100_000);
    expect([calls, here.requests, here.waitingTimers()]).toEqual([["connecting", "stopped"], [], 0]);
  });

  it("where no WebSocket gets through, server-sent events are tried, which report the reason", async () => {
    const here = fakeSite(({ url }) =>
      url.endsWith("/tickets") ? granted : answerOf(413, { error: { code: "too_large", message: "ask for fewer" } }),
    );
    const watched = here.connect().subscribe({ queues: "*" });
    await here.pass();
    close(here.sockets[0], 1006);
    await here.pass(60_000);
    expect(here.requests.at(-1)).toMatchObject({ headers: { accept: "text/event-stream" } });
    expect(watched.status()).toEqual({ kind: "stopped", reason: "ask for fewer" });
  });

  it("transport `websocket` never falls back", async () => {
    const here = fakeSite();
    const watched = here.connect({ transport: "websocket" }).subscribe({ queues: "*" });
    await here.pass();
    close(here.sockets[0], 1006);
    await here.pass(5_000);
    expect(here.sockets.length).toBe(2);
    watched.close();
  });
});

describe("handlers", () => {
  it("an error of a handler, thrown or rejected, is reported, and the stream continues", async () => {
    const calls: string[] = [];
    const { sockets, reported, watched, pass } = await live({
      onLink: () => {
        throw new Error("at once");
      },
      onOccurrence: async (event) => {
        calls.push(event.type);
        throw new Error("later");
      },
    });
    receive(sockets[0], { type: "events", cursor: "e-2", events: [occurrence, occurrence] });
    await pass();
    expect(calls.length).toBe(2);
    expect(reported.map(String)).toEqual(["Error: at once", "Error: later", "Error: later"]);
    expect(watched.cursor()).toBe("e-2");
  });

  it("no handler but onStatus is called after a handler has closed the subscription", async () => {
    const calls: string[] = [];
    const { sockets, watched, waitingTimers } = await live({
      onOccurrence: (event) => {
        calls.push(event.type);
        watched.close();
      },
      onStatus: ({ kind }) => calls.push(kind),
    });
    receive(sockets[0], { type: "events", cursor: "e-2", events: [occurrence, occurrence] });
    expect(calls).toEqual(["connecting", "live", "originateFailed", "stopped"]);
    expect([sockets[0]?.isClosed, waitingTimers()]).toEqual([true, 0]);
  });
});

describe("a wake-up", () => {
  it("finds a dead socket within seconds, and ends the wait for the next attempt", async () => {
    const { sockets, wakers, pass, watched } = await live();
    for (const wake of wakers) wake();
    expect(sockets[0]?.sent.at(-1)).toBe("ping");
    await pass(wakeAnswerMs);
    expect(sockets[0]?.isClosed).toBe(true);
    expect(watched.status().kind).toBe("waiting");
    for (const wake of wakers) wake();
    await pass();
    expect(sockets).toHaveLength(2);
    watched.close();
    expect(wakers.size).toBe(0);
  });
});

describe("tokens", () => {
  it("streams that end together with their token share one new token", async () => {
    const here = fakeSite();
    const tokens = [Promise.resolve("1"), new Promise<string>((resolve) => here.later(() => resolve("2")))];
    const hq = here.connect({ token: () => tokens.shift() ?? "more" });
    const watched = [hq.subscribe({ queues: "*" }), hq.subscribe({ agents: "*" })];
    await here.pass();
    for (const socket of here.sockets) receive(socket, snapshot);
    for (const socket of here.sockets) close(socket, 4401);
    await here.pass(1_000);
    expect(here.requests.map(({ headers }) => headers.authorization)).toEqual([
      ...["Bearer 1", "Bearer 1"],
      ...["Bearer 2", "Bearer 2"],
    ]);
    for (const one of watched) one.close();
  });

  it("a token function that fails is called again, and the status has its message", async () => {
    const here = fakeSite();
    const watched = here.connect({ token: () => Promise.reject(new Error("logged out")) }).subscribe({ queues: "*" });
    await here.pass();
    expect(watched.status()).toMatchObject({ kind: "waiting", reason: expect.stringContaining("logged out") });
    watched.close();
  });

  it("a token function that hangs times out, and is called again", async () => {
    const here = fakeSite();
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

it.each(["edge.test", "", "ws://edge.test", "https://"])("an invalid URL (%j) throws at once", (url) => {
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

  it("the same is parsed wherever the bytes are cut", async () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const here = fakeSite(() => ({ ...granted, body: { getReader: () => ({ read: () => next(chunks) }) } }));
      const watched = here.connect({ transport: "sse" }).subscribe({ agents: "*" });
      await here.pass();
      expect(watched.state.agent("1001")?.name).toBe("Zoë 👩‍💻");
      watched.close();
    }
  });

  /** The chunks in turn, then nothing. */
  async function next(chunks: Uint8Array[]): Promise<{ done: boolean; value?: Uint8Array | undefined }> {
    const value = chunks.shift();
    return value ? { done: false, value } : new Promise(() => {});
  }
});
