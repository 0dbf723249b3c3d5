/** AP17 over the real worker and its objects: a revoked token is refused everywhere at once, and its streams end. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { RevocationAnswer, type TicketAnswer } from "@pbxis/shared";
import { describe, expect, it, vi } from "vitest";
import { SiteObject } from "../site/site-object.ts";
import { get, openSse, openWebSocket, pollOnce } from "../testing/client.ts";
import { call, PbxisClient } from "../testing/compat.ts";
import { count } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { signToken, type TestClaims, testSecret } from "../testing/token.ts";
import { hello, TestUplink } from "../testing/uplink.ts";

const seconds = Math.floor(Date.now() / 1000);
const object = (site: string) => env.SITE.getByName(site);

async function send(site: string, path: string, body: unknown, claims: TestClaims = {}): Promise<Response> {
  const token = await signToken({ site, ...claims });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return exports.default.fetch(`https://edge.test/v1/sites/${site}${path}`, init);
}
const revoke = (site: string, body: unknown, claims: TestClaims = {}) =>
  send(site, "/revocations", body, { role: "admin", jti: "admin", iat: seconds, ...claims });
const revoked = async (site: string, body: unknown) => {
  const response = await revoke(site, body);
  expect([response.status, response.status === 200 || (await response.text())]).toEqual([200, true]);
  return RevocationAnswer.parse(await response.json()).revocations;
};

async function expectRefused(response: Response): Promise<void> {
  const text = await response.text();
  expect([response.status, text]).toEqual([401, expect.stringContaining("the token has been revoked")]);
}

describe("AP17 one token", () => {
  it.each([false, true])("its streams of all transports end, others go on; evicted: %s", async (isEvicted) => {
    const site = `streams-${isEvicted}`;
    const uplink = await TestUplink.start(site, [count("support", 1)]);
    const [bad, good] = [
      { site, jti: "bad" },
      { site, jti: "good" },
    ];
    const path = `/v1/sites/${site}`;
    const names = ["events?queues=*", "queues/support/events", "agents/1001/events"];
    const ended = await Promise.all(names.map((name) => openWebSocket(`${path}/${name}`, bad)));
    const kept = await Promise.all(names.map((name) => openWebSocket(`${path}/${name}`, good)));
    const sse = await openSse(`${path}/events?queues=support`, bad);
    for (const stream of [...ended, ...kept, sse]) await stream.next();
    const { cursor } = await pollOnce(`${path}/events?queues=support`, bad);
    const waiting = get(`${path}/events?queues=support&since=${cursor}`, { claims: bad });
    if (isEvicted) {
      await evictObject(object(site));
      await evictObject(env.QUEUE.getByName(`${site}/support`));
      await evictObject(env.AGENT.getByName(`${site}/1001`));
    }
    await revoked(site, { jti: "bad" });
    for (const stream of ended) expect(await stream.ended).toEqual({ code: 4401, reason: "token_expired" });
    await expect(sse.next()).rejects.toThrow("ended");
    // It may have been about to open.
    expect([200, 401, 503]).toContain((await waiting).status);
    if (isEvicted) await evictObject(object(site));
    await uplink.events(count("support", 2));
    for (const stream of kept.slice(0, 2)) expect(await stream.next()).toMatchObject({ events: [{ count: 2 }] });
    for (const stream of kept) await stream.close();
    uplink.close();
  });

  it("every request with it is refused at once, also with the ticket that it made, over evictions", async () => {
    const site = "refused";
    const uplink = await TestUplink.start(site);
    const claims = { site, jti: "bad", commands: ["*"] };
    const { ticket } = await (await send(site, "/tickets", {}, claims)).json<TicketAnswer>();
    expect(await revoked(site, { jti: "bad", exp: seconds + 3_600 })).toBe(1);
    const path = `/v1/sites/${site}`;
    for (const evicts of [false, true]) {
      if (evicts) await evictObject(object(site));
      for (const name of ["", "/state", "/calls", "/statistics", "/commands/x", "/events", "/queues/support/events"])
        await expectRefused(await get(`${path}${name}`, { claims }));
      for (const accept of ["text/event-stream", "*/*"])
        await expectRefused(await get(`${path}/events?queues=*`, { claims, headers: { accept } }));
      await expectRefused(await get(`${path}/events?queues=*`, { claims, headers: { upgrade: "websocket" } }));
      await expectRefused(await send(site, "/tickets", {}, claims));
      await expectRefused(await send(site, "/commands", { type: "hangup", agent: "1001" }, claims));
      expect((await get(path, { claims: { site, jti: "good" } })).status).toBe(200);
    }
    await expectRefused(await get(`${path}/events?ticket=${ticket}`, { claims: null }));
    uplink.close();
  });

  it("a request that is wrong, or names what the token does not grant, is refused for the revocation too", async () => {
    const site = "wrong";
    const uplink = await TestUplink.start(site);
    const claims = { site, jti: "bad", agents: ["1001"] };
    expect((await get(`/v1/sites/${site}/state?agents=1002`, { claims })).status).toBe(403);
    await revoked(site, { jti: "bad" });
    for (const path of ["/state?agents=1002", "/state?agnts=1", "/calls?limit=x", "/commands/not-an-id"])
      await expectRefused(await get(`/v1/sites/${site}${path}`, { claims }));
    await expectRefused(await send(site, "/commands", { type: "fly" }, claims));
    await expectRefused(await send(site, "/commands", { type: "hangup", agent: "1002" }, claims));
    uplink.close();
  });

  it("the site is called once for a request, and carries nothing out for a revoked token", async () => {
    const site = "once";
    const uplink = await TestUplink.start(site);
    const claims = { site, jti: "bad", commands: ["*"], agents: ["1001"] };
    await revoked(site, { jti: "bad" });
    const called = vi.spyOn(SiteObject.prototype, "callAs");
    const asked = vi.spyOn(SiteObject.prototype, "isRevoked");
    await expectRefused(await send(site, "/commands", { type: "hangup", agent: "1001" }, claims));
    expect([called.mock.calls.length, asked.mock.calls.length]).toEqual([1, 1]);
    expect((await object(site).counters(site)).totals["commands.taken"]).toBeUndefined();
    expect((await get(`/v1/sites/${site}/state`, { claims: { ...claims, jti: "good" } })).status).toBe(200);
    expect([called.mock.calls.length, asked.mock.calls.length]).toEqual([2, 2]);
    vi.restoreAllMocks();
    uplink.close();
  });

  it("a pbxis-ws page of it gets `closed`, and neither a ticket nor a command", async () => {
    const uplink = await TestUplink.start("compat-revoked", [count("support", 1)]);
    const token = await signToken({ site: "compat-revoked", jti: "bad", commands: ["*"] });
    const page = new PbxisClient("compat-revoked", {
      token: "required",
      headers: { authorization: `Bearer ${token}` },
    });
    const tickets = [
      await page.ticket([], ["support"]),
      await page.ticket([], ["support"]),
      await page.ticket([], ["support"]),
    ];
    const socket = await page.webSocket(tickets[0] ?? "");
    expect(await socket.next()).toMatchObject({ type: "queueCount" });
    await revoked("compat-revoked", { jti: "bad" });
    expect(await socket.next()).toEqual({ type: "closed" });
    expect(await page.poll(tickets[1] ?? "")).toEqual([{ type: "closed" }]);
    const late = await page.webSocket(tickets[2] ?? "");
    expect(await late.next()).toEqual({ type: "closed" });
    await expectRefused(await page.post("/ticket", { agents: [], queues: ["support"] }));
    await expectRefused(await page.post("/originate/1001/5551234"));
    uplink.close();
  });

  it("a connector's uplink is closed, and not opened again", async () => {
    const token = await signToken({ site: "cut", role: "connector", jti: "stolen" });
    const headers = { authorization: `Bearer ${token}`, upgrade: "websocket" };
    const connect = () => exports.default.fetch("https://edge.test/v1/sites/cut/connector", { headers });
    const { webSocket } = await connect();
    if (!webSocket) throw new Error("no uplink");
    const closed = new Promise<number>((resolve) => webSocket.addEventListener("close", ({ code }) => resolve(code)));
    webSocket.accept();
    const welcomed = new Promise((resolve) => webSocket.addEventListener("message", resolve, { once: true }));
    webSocket.send(JSON.stringify(hello("c1")));
    await welcomed;
    await evictObject(object("cut"));
    await revoked("cut", { jti: "stolen" });
    expect(await closed).toBe(4401);
    await expectRefused(await connect());
  });
});

describe("AP17 all tokens of a time", () => {
  it("those without a time count as old, newer ones go on, and a role bounds it", async () => {
    const limit = seconds - 100;
    const state = async (claims: TestClaims) =>
      (await get("/v1/sites/aged", { claims: { site: "aged", ...claims } })).status;
    expect(await state({ iat: limit - 1 })).toBe(200);
    expect(await revoked("aged", { issuedBefore: limit, role: "client" })).toBe(1);
    expect(await state({ iat: limit - 1 })).toBe(401);
    expect(await state({})).toBe(401);
    expect(await state({ iat: limit })).toBe(200);
    expect(await state({ role: "operator", iat: limit - 1 })).toBe(200);
    expect(await revoked("aged", { issuedBefore: limit - 50 })).toBe(4);
    expect(await state({ iat: limit - 1 })).toBe(401);
    expect(await state({ role: "operator", iat: limit - 1 })).toBe(200);
    expect(await state({ role: "operator", iat: limit - 51 })).toBe(401);
    expect((await revoke("aged", { jti: "x" }, { iat: limit - 51 })).status).toBe(401);
    expect(await state({ site: "young", iat: limit - 1 } as TestClaims)).toBe(403);
  });
});

describe("AP17 who revokes, and what", () => {
  it.each(["client", "operator", "connector"])("a %s revokes nothing", async (role) => {
    expect((await revoke("kept", { jti: "good" }, { role })).status).toBe(403);
    expect((await get("/v1/sites/kept", { claims: { site: "kept", jti: "good" } })).status).toBe(200);
  });

  it("an admin of another site revokes nothing here", async () => {
    expect((await revoke("kept", { jti: "good" }, { site: "elsewhere" })).status).toBe(403);
  });

  it.each([
    {},
    { jti: "" },
    { jti: 7 },
    { jti: "x".repeat(1025) },
    { jti: "x", issuedBefore: 1 },
    { issuedBefore: seconds + 3_600 },
    { issuedBefore: Date.now() },
    { issuedBefore: "yesterday" },
    { issuedBefore: 1, role: "root" },
  ])("%j is 400", async (body) => {
    expect((await revoke("kept", body)).status).toBe(400);
  });

  it("a revocation is kept until its token has ended, for ever without an end, and not more than there is room for", async () => {
    await revoked("ages", { jti: "over", exp: seconds - 3_600 });
    await revoked("ages", { jti: "ever" });
    expect(await revoked("ages", { jti: "new", exp: seconds + 3_600 })).toBe(2);
    await runInDurableObject(object("ages"), (_site, { storage: { sql } }) => {
      sql.exec(`INSERT INTO revoked_token WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        SELECT 'token' || i, 1, NULL FROM n`);
    });
    expect((await revoke("ages", { jti: "one more" })).status).toBe(413);
    expect((await revoke("ages", { issuedBefore: seconds })).status).toBe(200);
  });
});

it("a new secret in front of the old one cuts nobody: tokens and tickets of both go on", async () => {
  const site = "rotated";
  const uplink = await TestUplink.start(site, [count("support", 1)]);
  const next = "a-new-secret-of-at-least-32-bytes!!!";
  const rotated = { secret: `${next},${testSecret}` };
  const open = async (path: string, secret: string) => {
    const headers = { authorization: `Bearer ${await signToken({ site }, secret)}`, upgrade: "websocket" };
    return call(rotated, `/v1/sites/${site}${path}`, { headers });
  };
  const live = await openWebSocket(`/v1/sites/${site}/events?queues=*`, { site });
  await live.next();
  const { ticket } = await (await send(site, "/tickets", {})).json<TicketAnswer>();
  for (const secret of [testSecret, next]) expect((await open("/events?queues=*", secret)).status).toBe(101);
  const byTicket = await call(rotated, `/v1/sites/${site}/events?ticket=${ticket}`, {
    headers: { upgrade: "websocket" },
  });
  expect(byTicket.status).toBe(101);
  await uplink.events(count("support", 2));
  expect(await live.next()).toMatchObject({ events: [{ count: 2 }] });
  expect((await open("/events?queues=*", `${next}!`)).status).toBe(401);
  await live.close();
  uplink.close();
});
