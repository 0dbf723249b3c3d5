/** PX2 and PX3 over the real worker and objects, with clients that behave like pbxis-ws's own. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { parseCursor } from "@pbxis/shared";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PbxisClient, type PbxisEvent } from "../testing/compat.ts";
import { count, failed, member, named } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { Inbox } from "../testing/inbox.ts";
import { signToken } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";
import { unusedLifeMs } from "../ticket/lease.ts";

const states = [
  named("1001", "Ada"),
  named("1002", "Bob"),
  count("support", 1),
  count("sales", 2),
  member("1001", "support", "not_inuse"),
  member("1002", "support", "paused"),
];

/** The snapshot of a client that requested 1001 and support. */
const first: PbxisEvent[] = [
  { type: "agentName", agent: "1001", name: "Ada" },
  { type: "queueMemberStatus", agent: "1001", queue: "support", status: "not_inuse" },
  { type: "queueCount", queue: "support", count: 1 },
];
const pbxisCount = (n: number): PbxisEvent => ({ type: "queueCount", queue: "support", count: n });
const pbxisFailed = (actionId: string): PbxisEvent => ({ type: "originateFailed", actionId });

async function setUp(site: string) {
  const uplink = await TestUplink.start(site, states);
  const client = new PbxisClient(site);
  return { uplink, client, ticket: await client.ticket(["1001"], ["support"]) };
}

const ticketObject = (site: string, ticket: string) => env.TICKET.getByName(`${site}/${ticket.slice(0, 32)}`);
async function take<Value>(next: () => Promise<Value>, times: number): Promise<Value[]> {
  const values: Value[] = [];
  for (let index = 0; index < times; index++) values.push(await next());
  return values;
}
/** The ticket that its object stores; undefined if it stores none. */
async function storedTicket(site: string, ticket: string): Promise<unknown> {
  return runInDurableObject(
    ticketObject(site, ticket),
    (_, { storage }) => storage.kv.get<{ value: unknown }>("ticket")?.value,
  );
}

afterEach(() => vi.restoreAllMocks());

describe("PX3 long poll", () => {
  it("the snapshot as single events, then each event once", async () => {
    const { uplink, client, ticket } = await setUp("p-poll");
    expect(await client.poll(ticket)).toEqual(first);
    await uplink.events(failed("between"), count("support", 2), count("sales", 7));
    expect(await client.poll(ticket)).toEqual([pbxisFailed("between"), pbxisCount(2)]);
    const waiting = client.poll(ticket);
    await uplink.events(count("sales", 8));
    await uplink.events(count("support", 3));
    await uplink.events(failed("burst"));
    const polled = await waiting;
    expect(polled[0]).toEqual(pbxisCount(3));
    await uplink.events(failed("last"));
    const all = [...polled];
    while (all.at(-1)?.actionId !== "last") all.push(...(await client.poll(ticket)));
    expect(all).toEqual([pbxisCount(3), pbxisFailed("burst"), pbxisFailed("last")]);
  });

  it("loses nothing over an eviction of every object between two polls", async () => {
    const { uplink, client, ticket } = await setUp("p-evict");
    await client.poll(ticket);
    await evictObject(ticketObject("p-evict", ticket));
    await uplink.events(failed("one"));
    await evictObject(env.SITE.getByName("p-evict"));
    await uplink.events(failed("two"));
    expect(await client.poll(ticket)).toEqual([pbxisFailed("one"), pbxisFailed("two")]);
  });

  it("a position that the log no longer has is answered by the snapshot's events", async () => {
    const { uplink, client, ticket } = await setUp("p-gone");
    await client.poll(ticket);
    await uplink.snapshot([count("support", 9)], 1);
    const again = await client.poll(ticket);
    expect(again).toContainEqual(pbxisCount(9));
    expect(again).toContainEqual({ ...first[1], status: "loggedoff" });
  });

  it("a client that disconnects loses no event for the next poll", async () => {
    const { uplink, client, ticket } = await setUp("p-left");
    await client.poll(ticket);
    const leaving = new AbortController();
    const left = client.get(`/${ticket}/long-poll`, { signal: leaving.signal });
    await expect.poll(async () => storedTicket("p-left", ticket)).toMatchObject({ since: expect.anything() });
    leaving.abort();
    await left.catch(() => undefined);
    await uplink.events(failed("afterwards"));
    expect(await client.poll(ticket)).toEqual([pbxisFailed("afterwards")]);
  });

  it("an unknown ticket is 404", async () => {
    const client = new PbxisClient("p-none");
    for (const ticket of ["x", "A".repeat(32), crypto.randomUUID()])
      expect((await client.get(`/${ticket}/long-poll`)).status).toBe(404);
  });
});

describe("PX3 WebSocket", () => {
  it("one event per message; a ticket continues where the last socket ended", async () => {
    const { uplink, client, ticket } = await setUp("p-ws");
    const socket = await client.webSocket(ticket);
    expect(await take(socket.next, 3)).toEqual(first);
    await uplink.events(failed("a"), count("support", 5));
    expect(await take(socket.next, 2)).toEqual([pbxisFailed("a"), pbxisCount(5)]);
    socket.close();
    await socket.ended;
    await uplink.events(failed("while away"));
    const again = await client.webSocket(ticket);
    expect(await again.next()).toEqual(pbxisFailed("while away"));
    again.close();
  });

  it("an unknown ticket gets `closed` and the end", async () => {
    const socket = await new PbxisClient("p-ws-none").webSocket("B".repeat(32));
    expect(await socket.next()).toEqual({ type: "closed" });
    expect(await socket.ended).toMatchObject({ code: 1000 });
  });

  it("PX2 of two clients with one ticket the later gets the stream, and the earlier `closed`", async () => {
    const { uplink, client, ticket } = await setUp("p-two");
    const one = await client.webSocket(ticket);
    expect(await take(one.next, 3)).toEqual(first);
    await expect.poll(async () => storedTicket("p-two", ticket)).toMatchObject({ since: expect.anything() });
    const two = await client.webSocket(ticket);
    await uplink.events(failed("news"));
    expect(await two.next()).toEqual(pbxisFailed("news"));
    let last = await one.next();
    while (last.type !== "closed") last = await one.next();
    expect(await one.ended).toMatchObject({ code: 1000 });
    await uplink.events(failed("more"));
    expect(await two.next()).toEqual(pbxisFailed("more"));
    two.close();
  });

  it("continues over a broken inner socket; 426 without Upgrade", async () => {
    const { uplink, client, ticket } = await setUp("p-break");
    const socket = await client.webSocket(ticket);
    expect(await take(socket.next, 3)).toEqual(first);
    const [name = ""] = await channelNames("p-break");
    await runInDurableObject(env.CHANNEL.getByName(name), (_, ctx) => {
      expect(ctx.getWebSockets()).toHaveLength(1);
      for (const inner of ctx.getWebSockets()) inner.close(4408, "resume_now");
    });
    await uplink.events(failed("after the break"));
    expect(await socket.next()).toEqual(pbxisFailed("after the break"));
    socket.close();
    expect((await client.get(`/${ticket}/websocket`)).status).toBe(426);
  });
});

describe("ST4 a client that does not read", () => {
  it("is closed when more than 1 MiB waits for it, and gets the rest with its ticket", async () => {
    const { uplink, client, ticket } = await setUp("p-slow");
    const { webSocket } = await client.get(`/${ticket}/websocket`, { headers: { upgrade: "websocket" } });
    if (!webSocket) throw new Error("no socket");
    await expect.poll(async () => storedTicket("p-slow", ticket)).toMatchObject({ since: expect.anything() });
    const ids: string[] = [];
    for (let index = 0; index < 16; index++) {
      ids.push(`${index}-${"x".repeat(100_000)}`);
      await uplink.events(failed(ids.at(-1) ?? ""));
    }
    await expect
      .poll(async () => storedTicket("p-slow", ticket))
      .toMatchObject({ until: expect.toSatisfy((until: number) => until <= Date.now() + unusedLifeMs) });
    const inbox = new Inbox(webSocket);
    expect(await inbox.ended).toEqual({ code: 4408, reason: "resume_now" });
    const got = inbox.drain().flatMap((text) => JSON.parse(text).actionId ?? []);
    expect(got.length).toBeGreaterThan(8);
    expect(got.length).toBeLessThan(16);
    const rest = await client.poll(ticket);
    while (rest.length < 16 - got.length) rest.push(...(await client.poll(ticket)));
    expect([...got, ...rest.map(({ actionId }) => actionId)]).toEqual(ids);
  });
});

/** The names of the Channel objects that the site delivers to. */
async function channelNames(site: string): Promise<string[]> {
  return runInDurableObject(env.SITE.getByName(site), (_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name LIKE 'route%'");
    const table = [...tables].map(({ name }) => name).sort()[0];
    const rows = storage.sql.exec<Record<string, string>>(`SELECT * FROM ${table}`);
    return [...rows].flatMap((row) => Object.values(row).filter((value) => `${value}`.startsWith(`${site}/`)));
  });
}

describe("PX3 server-sent events", () => {
  it("messages named by type; a browser resumes after the last id it received", async () => {
    const { uplink, client, ticket } = await setUp("p-sse");
    const source = await client.sse(ticket);
    expect(await take(source.next, 3)).toEqual(first);
    const known = source.lastEventId();
    await uplink.events(failed("a"));
    expect(await source.next()).toEqual(pbxisFailed("a"));
    source.close();
    const cut = await client.sse(ticket, known);
    expect(await cut.next()).toEqual(pbxisFailed("a"));
    const since = parseCursor(cut.lastEventId() ?? "");
    await expect.poll(async () => storedTicket("p-sse", ticket)).toMatchObject({ since });
    cut.close();
  });

  it("a browser that lost the stream between two messages of a frame gets each occurrence once", async () => {
    const { uplink, client, ticket } = await setUp("p-sse-within");
    const source = await client.sse(ticket);
    await take(source.next, 3);
    await uplink.events(failed("a"), count("support", 2), failed("b"), failed("c"));
    const places = await take(async () => ({ event: await source.next(), id: source.lastEventId() }), 4);
    expect(places.map(({ event }) => event)).toEqual([
      pbxisFailed("a"),
      pbxisCount(2),
      pbxisFailed("b"),
      pbxisFailed("c"),
    ]);
    await uplink.events(failed("end"));
    const occurrences = async (id: string | undefined) => {
      const resumed = await client.sse(ticket, id);
      const ids: unknown[] = [];
      while (ids.at(-1) !== "end") ids.push(...[(await resumed.next())?.actionId].filter(Boolean));
      resumed.close();
      return ids.join();
    };
    expect(await take(async () => occurrences(places.shift()?.id), 4)).toEqual(["b,c,end", "b,c,end", "c,end", "end"]);
  });

  it("a browser that has received a part of its first snapshot learns who has left when it reconnects", async () => {
    const uplink = await TestUplink.start("p-sse-part", states);
    const client = new PbxisClient("p-sse-part");
    const ticket = await client.ticket(["*"], ["support"]);
    const gone = { type: "queueMemberStatus", agent: "1002", queue: "support", status: "loggedoff" };
    const lost = await client.sse(ticket);
    expect(await lost.next()).toEqual({ type: "agentName", agent: "1001", name: "Ada" });
    // What the worker sent after the snapshot was lost with it.
    await uplink.events(member("1002", "support", "loggedoff"), failed("lost"), count("support", 3));
    await expect.poll(async () => storedTicket("p-sse-part", ticket)).toMatchObject({ since: { received: 1 } });
    lost.close();
    await uplink.events(failed("new"));
    for (const _ of [1, 2]) {
      const again = await client.sse(ticket);
      const received: unknown[] = [await again.next()];
      while (!received.some((event) => JSON.stringify(event).includes("new"))) received.push(await again.next());
      expect(received).toContainEqual(gone);
      expect(received).not.toContainEqual(pbxisFailed("lost"));
      again.close();
    }
  });

  it("a browser that lost the stream before its first id gets the states, and then what came since", async () => {
    const uplink = await TestUplink.start("p-sse-lost", states);
    const client = new PbxisClient("p-sse-lost");
    const ticket = await client.ticket(["*"], ["support"]);
    const lost = await client.sse(ticket);
    await lost.next();
    expect(lost.lastEventId()).toBeUndefined();
    await expect.poll(async () => storedTicket("p-sse-lost", ticket)).toMatchObject({ since: expect.anything() });
    lost.close();
    await uplink.events(count("support", 4), failed("between"), member("1002", "support", "loggedoff"));
    const again = await client.sse(ticket);
    expect(await take(again.next, 6)).toEqual([
      { type: "agentName", agent: "1001", name: "Ada" },
      { type: "agentName", agent: "1002", name: "Bob" },
      { type: "queueMemberStatus", agent: "1001", queue: "support", status: "not_inuse" },
      pbxisCount(4),
      pbxisFailed("between"),
      { type: "queueMemberStatus", agent: "1002", queue: "support", status: "loggedoff" },
    ]);
    again.close();
  });

  it("an unknown ticket gets `closed` and the end", async () => {
    const source = await new PbxisClient("p-sse-none").sse("C".repeat(32));
    expect(await source.next()).toEqual({ type: "closed" });
    expect(await source.next()).toBeNull();
  });
});

describe("PX2 the life of a ticket", () => {
  const until = (site: string, ticket: string) =>
    runInDurableObject(ticketObject(site, ticket), (_, { storage }) => storage.getAlarm());

  it("unused for 15 s, it is gone with its storage", async () => {
    const before = Date.now();
    const { client, ticket } = await setUp("p-unused");
    const end = (await until("p-unused", ticket)) ?? 0;
    expect(end).toBeGreaterThanOrEqual(before + unusedLifeMs);
    expect(end).toBeLessThanOrEqual(Date.now() + unusedLifeMs);
    vi.spyOn(Date, "now").mockReturnValue(end);
    expect((await client.get(`/${ticket}/long-poll`)).status).toBe(404);
    await runDurableObjectAlarm(ticketObject("p-unused", ticket));
    expect(await storedTicket("p-unused", ticket)).toBeUndefined();
  });

  it("while in use the alarm only renews itself; 15 s after the last use the ticket ends", async () => {
    const { client, ticket } = await setUp("p-used");
    const socket = await client.webSocket(ticket);
    await take(socket.next, 3);
    const object = ticketObject("p-used", ticket);
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + unusedLifeMs + 1_000);
    await runDurableObjectAlarm(object);
    expect(await storedTicket("p-used", ticket)).toMatchObject({ kind: "leased" });
    clock.mockRestore();
    socket.close();
    await expect
      .poll(async () => storedTicket("p-used", ticket))
      .toMatchObject({ until: expect.toSatisfy((until: number) => until <= Date.now() + unusedLifeMs) });
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + unusedLifeMs + 1_000);
    await runDurableObjectAlarm(object);
    expect(await storedTicket("p-used", ticket)).toBeUndefined();
    expect(await (await client.webSocket(ticket)).next()).toEqual({ type: "closed" });
  });

  it("it ends with the token that created it", async () => {
    await TestUplink.start("p-token", states);
    const exp = Math.floor(Date.now() / 1000) + 2;
    const headers = { authorization: `Bearer ${await signToken({ site: "p-token", exp })}` };
    const ticket = await new PbxisClient("p-token", { token: "required", headers }).ticket(["1001"], ["support"]);
    const page = new PbxisClient("p-token", { token: "required" });
    const socket = await page.webSocket(ticket);
    expect(await take(socket.next, 4)).toEqual([...first, { type: "closed" }]);
    expect((await page.get(`/${ticket}/long-poll`)).status).toBe(404);
  });
});
