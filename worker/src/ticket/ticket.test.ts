/** AP6 over the real worker and Ticket objects. */
import { listDurableObjectIds, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { count, named } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { Inbox } from "../testing/inbox.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";
import { rememberedMs, ticketLifeMs } from "./single-use.ts";
import { askTicket, newTicket } from "./stub.ts";

type Minted = Readonly<{ ticket: string; expiresAt: number }>;

const states = [count("support", 1), count("sales", 2), named("1001", "Ada"), named("1002", "Bob")];

async function post(site: string, body: unknown, claims: TestClaims = {}): Promise<Response> {
  return exports.default.fetch(`https://edge.test/v1/sites/${site}/tickets`, {
    method: "POST",
    headers: { authorization: `Bearer ${await signToken({ site, ...claims })}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function mint(site: string, body: unknown = {}, claims: TestClaims = {}): Promise<Minted> {
  const response = await post(site, body, claims);
  expect(response.status).toBe(200);
  return response.json<Minted>();
}

function use(site: string, ticket: string, path = "events?agents=*&queues=*&wait=0", headers: HeadersInit = {}) {
  return exports.default.fetch(`https://edge.test/v1/sites/${site}/${path}&ticket=${ticket}`, { headers });
}

async function refusal(response: Response): Promise<unknown> {
  const { error } = await response.json<{ error: { code: string } }>();
  return [response.status, error.code];
}

async function eventsOf(response: Response): Promise<unknown[]> {
  expect(response.status).toBe(200);
  const { events } = await response.json<{ events: Record<string, unknown>[] }>();
  return events.map(({ agent, queue }) => agent ?? queue).sort();
}

const later = (ms: number) => vi.spyOn(Date, "now").mockReturnValue(Date.now() + ms);
afterEach(() => vi.restoreAllMocks());

describe("AP6 a ticket opens one stream", () => {
  it("a poll", async () => {
    await TestUplink.start("t-poll", states);
    const { ticket, expiresAt } = await mint("t-poll");
    expect(expiresAt - Date.now()).toBeGreaterThan(ticketLifeMs - 10_000);
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(ticketLifeMs);
    expect(await eventsOf(await use("t-poll", ticket))).toEqual(["1001", "1002", "sales", "support"]);
    expect(await refusal(await use("t-poll", ticket))).toEqual([401, "ticket_used"]);
  });

  it("a WebSocket, also of one queue (AP2), and an EventSource", async () => {
    await TestUplink.start("t-all", states);
    const upgrade = { upgrade: "websocket" };
    for (const path of ["events?queues=support", "queues/support/events?"]) {
      const { ticket } = await mint("t-all");
      const { webSocket, status } = await use("t-all", ticket, path, upgrade);
      expect(status).toBe(101);
      if (!webSocket) throw new Error("no socket");
      expect(JSON.parse(await new Inbox(webSocket).text())).toMatchObject({ type: "snapshot", events: [{ count: 1 }] });
      webSocket.close();
      expect(await refusal(await use("t-all", ticket, path, upgrade))).toEqual([401, "ticket_used"]);
    }
    const { ticket } = await mint("t-all");
    const sse = await use("t-all", ticket, "events?queues=support", { accept: "text/event-stream" });
    expect([sse.status, sse.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    await sse.body?.cancel();
  });

  it("of two at once one is the first", async () => {
    await TestUplink.start("t-race", states);
    const { ticket } = await mint("t-race");
    const answers = await Promise.all([1, 2, 3].map(() => use("t-race", ticket)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  it("survives an eviction between making and use, and so does its having been used", async () => {
    await TestUplink.start("t-evict", states);
    const { ticket } = await mint("t-evict");
    const object = env.TICKET.getByName(`t-evict/${ticket.slice(0, 32)}`);
    await evictObject(object);
    expect((await use("t-evict", ticket)).status).toBe(200);
    await evictObject(object);
    expect(await refusal(await use("t-evict", ticket))).toEqual([401, "ticket_used"]);
  });

  it("the claim of one request may be repeated: its first answer may have been lost", async () => {
    const { ticket } = await mint("t-again");
    const object = env.TICKET.getByName(`t-again/${ticket.slice(0, 32)}`);
    expect(await object.claim("one")).toMatchObject({ kind: "granted" });
    expect(await object.claim("one")).toMatchObject({ kind: "granted" });
    expect(await object.claim("two")).toEqual({ kind: "used" });
  });
});

describe("AP6 when a ticket ends", () => {
  it("a ticket whose end cannot be stored is not kept", async () => {
    const object = env.TICKET.getByName("t-full/one");
    await runInDurableObject(object, async (ticket, { storage }) => {
      storage.setAlarm = () => Promise.reject(new Error("database or disk is full: SQLITE_FULL"));
      const grant = { subject: "one", agents: ["*"], queues: ["*"], callers: true, expiresAt: null };
      await expect(ticket.mint(grant, Date.now() + ticketLifeMs)).rejects.toThrow(/full/);
      expect([...storage.kv.list()]).toEqual([]);
    });
  });

  it("after a minute it is expired, ten minutes later it is forgotten and nothing is left of it", async () => {
    const { ticket, expiresAt } = await mint("t-stale");
    const object = env.TICKET.getByName(`t-stale/${ticket.slice(0, 32)}`);
    await runInDurableObject(object, async (_, { storage }) =>
      expect(await storage.getAlarm()).toBe(expiresAt + rememberedMs),
    );
    later(ticketLifeMs);
    expect(await refusal(await use("t-stale", ticket))).toEqual([401, "ticket_expired"]);
    later(rememberedMs + 1);
    expect(await runDurableObjectAlarm(object)).toBe(true);
    await runInDurableObject(object, (_, { storage }) => expect([...storage.kv.list()]).toEqual([]));
    expect(await refusal(await use("t-stale", ticket))).toEqual([401, "unauthorized"]);
  });

  it("no ticket is made with an expired token, though the clock tolerance accepts the token", async () => {
    const ended = { exp: Math.floor(Date.now() / 1000) - 2 };
    const response = await post("t-ended", {}, ended);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.json()).toEqual({
      error: { code: "unauthorized", message: expect.stringMatching(/^the token has expired: it ended at /) },
    });
    expect(response.status).toBe(401);
  });

  it("never outlives the token it was made with; nor does its stream", async () => {
    await TestUplink.start("t-token", states);
    const exp = Math.floor(Date.now() / 1000) + 2;
    const { ticket, expiresAt } = await mint("t-token", {}, { exp });
    expect(expiresAt).toBe(exp * 1000);
    const { webSocket } = await use("t-token", ticket, "events?queues=support", { upgrade: "websocket" });
    if (!webSocket) throw new Error("no socket");
    expect(await new Inbox(webSocket).ended).toEqual({ code: 4401, reason: "token_expired" });
  });
});

describe("AP6 tickets of a deployment without a secret of its own", () => {
  const { PBXIS_SECRET: _, ...bare } = env;
  const place = { kind: "single-use", site: "t-bare" } as const;
  const grant = { subject: "crm", agents: ["*"], queues: ["*"], callers: false, expiresAt: null };

  it("are signed with a key that one object keeps", async () => {
    const ticket = await newTicket(bare, place);
    await askTicket(bare, place, ticket, (object) => object.mint(grant, Date.now() + ticketLifeMs));
    await evictObject(env.TICKET.getByName("/key"));
    expect(await askTicket(bare, place, ticket, (object) => object.claim("one"))).toMatchObject({ kind: "granted" });
    expect(await askTicket(bare, place, await newTicket(env, place), (object) => object.claim("one"))).toBeUndefined();
  });
});

describe("AP6 what a ticket grants", () => {
  it("SU2 what is asked for must be granted, * becomes what is granted, and so does what is absent", async () => {
    await TestUplink.start("t-narrow", states);
    const claims = { agents: ["1001"], queues: ["support", "sales"] };
    const refused = await post("t-narrow", { agents: ["1001", "1002"], queues: ["hr"] }, claims);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ error: { code: "forbidden", agents: ["1002"], queues: ["hr"] } });
    const all = await mint("t-narrow", { agents: ["*"] }, claims);
    expect(await eventsOf(await use("t-narrow", all.ticket))).toEqual(["1001", "sales", "support"]);
    const one = await mint("t-narrow", { agents: [], queues: ["support"] }, claims);
    expect(await eventsOf(await use("t-narrow", one.ticket))).toEqual(["support"]);
    const wider = await mint("t-narrow", { queues: ["support"] }, claims);
    expect(await refusal(await use("t-narrow", wider.ticket, "events?queues=sales"))).toEqual([403, "forbidden"]);
  });

  it.each<[string, unknown]>([
    ["no list", { agents: "1001" }],
    ["no name", { agents: [""] }],
    ["a comma in a name", { agents: ["a,b"] }],
    ["a control character in a name", { queues: ["a\u0000"] }],
    ["too long a name", { queues: ["x".repeat(129)] }],
    ["another field", { commands: ["*"] }],
    ["no object", []],
  ])("refuses %s", async (_, body) => {
    expect(await refusal(await post("t-bad", body))).toEqual([400, "bad_request"]);
  });

  it("nothing at another site, and nothing that is not a stream", async () => {
    await TestUplink.start("t-other", states);
    const { ticket } = await mint("t-here");
    expect(await refusal(await use("t-other", ticket))).toEqual([401, "unauthorized"]);
    expect(await refusal(await use("t-here", ticket, "state?agents=*"))).toEqual([401, "unauthorized"]);
    const command = await exports.default.fetch(`https://edge.test/v1/sites/t-here/commands?ticket=${ticket}`, {
      method: "POST",
      body: JSON.stringify({ type: "queueReset" }),
    });
    expect(await refusal(command)).toEqual([401, "unauthorized"]);
    expect(await refusal(await post("t-here", {}, { role: "connector" }))).toEqual([403, "forbidden"]);
  });

  it("never together with another credential, and only one", async () => {
    const { ticket } = await mint("t-both");
    const authorization = `Bearer ${await signToken({ site: "t-both" })}`;
    const twice = [
      use("t-both", ticket, "events?", { authorization }),
      use("t-both", ticket, "events?access_token=x", { upgrade: "websocket" }),
      use("t-both", ticket, `events?ticket=${ticket}`),
    ];
    for (const response of await Promise.all(twice)) expect(await refusal(response)).toEqual([400, "bad_request"]);
  });

  it.each(["", "x", "../../etc", "A".repeat(32), "A".repeat(75)])("%j is no ticket, and no object", async (ticket) => {
    const before = await listDurableObjectIds(env.TICKET);
    expect(await refusal(await use("t-none", ticket))).toEqual([401, "unauthorized"]);
    expect(await refusal(await use("no%20site", ticket))).toEqual([401, "unauthorized"]);
    expect(await listDurableObjectIds(env.TICKET)).toEqual(before);
  });
});
