/** SC1 over the real worker: a subscription with more clients than one object serves. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { filterKey, ServerFrame, type TicketAnswer } from "@pbxis/shared";
import { afterEach, expect, it, vi } from "vitest";
import { shardRef } from "../scope-name.ts";
import { call } from "../testing/compat.ts";
import { count } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { Inbox } from "../testing/inbox.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";
import { channelRef } from "./scope.ts";

const settings = { objectClients: "2" };

afterEach(() => {
  vi.restoreAllMocks();
});

async function request(site: string, path: string, claims: TestClaims | null, init: RequestInit = {}) {
  const headers = new Headers(init.headers);
  if (claims) headers.set("authorization", `Bearer ${await signToken({ site, ...claims })}`);
  return call(settings, `/v1/sites/${site}${path}`, { ...init, headers });
}

async function open(site: string, query = "", claims: TestClaims | null = {}) {
  const { webSocket, status } = await request(site, `/events?queues=*${query}`, claims, {
    headers: { upgrade: "websocket" },
  });
  if (!webSocket) throw new Error(`no socket: ${status}`);
  const inbox = new Inbox(webSocket);
  const next = async () => ServerFrame.parse(JSON.parse(await inbox.text()));
  return { inbox, next, send: (text: string) => webSocket.send(text), close: () => webSocket.close(1000, "") };
}

/** The first objects of the subscription to all queues. */
async function objectsOf(site: string) {
  const first = await channelRef(site, filterKey({ agents: [], queues: "*", summary: false, about: null }));
  return Array.from({ length: 4 }, (_, shard) => env.CHANNEL.getByName(shardRef(first, shard).name));
}

const socketsOf = async (site: string) =>
  Promise.all(
    (await objectsOf(site)).map((stub) => runInDurableObject(stub, (_, state) => state.getWebSockets().length)),
  );

const totalsOf = async (site: string) => (await env.SITE.getByName(site).counters(site)).totals;

it("SC1 further objects serve them, the site delivers once to each, and each client gets everything once", async () => {
  const site = "crowd";
  const uplink = await TestUplink.start(site, [count("support", 1)]);
  const clients = [await open(site), await open(site), await open(site), await open(site), await open(site)];
  const firsts = await Promise.all(clients.map(({ next }) => next()));
  expect(new Set(firsts.map((frame) => JSON.stringify(frame))).size).toBe(1);
  expect(await socketsOf(site)).toEqual([2, 2, 1, 0]);

  const { deliveries = 0 } = await totalsOf(site);
  await uplink.events(count("support", 2));
  const seconds = await Promise.all(clients.map(({ next }) => next()));
  expect(new Set(seconds.map((frame) => JSON.stringify(frame))).size).toBe(1);
  expect(seconds[4]).toMatchObject({ type: "events", events: [{ count: 2 }] });
  await expect.poll(async () => (await totalsOf(site)).deliveries).toBe(deliveries + 3);
  expect((await env.SITE.getByName(site).counters(site)).now.routes).toBe(3);

  // Acknowledgements, evictions, and a client that comes back by its cursor at another object.
  const { cursor = "" } = seconds[4] ?? {};
  for (const { send } of clients) send(JSON.stringify({ type: "ack", cursor }));
  for (const stub of await objectsOf(site)) await evictObject(stub);
  await evictObject(env.SITE.getByName(site));
  await clients[4]?.close();
  await uplink.events(count("support", 3));
  const back = await open(site, `&since=${cursor}`);
  for (const client of [...clients.slice(0, 4), back])
    expect(await client.next()).toMatchObject({ type: "events", events: [{ count: 3 }] });
  clients[3]?.send(JSON.stringify({ type: "ack", cursor: `${cursor}0000` }));
  expect((await clients[3]?.inbox.ended)?.reason).toBe("bad_frame");
  uplink.close();
});

it("SC1 other transports and tickets, revocation, and deletion of the site", async () => {
  const site = "crowd-ends";
  const uplink = await TestUplink.start(site, [count("support", 1)]);
  const bad = { jti: "bad" };
  const kept = await open(site);
  const lost = [await open(site, "", bad), await open(site, "", bad)];
  const answer = await request(site, "/tickets", bad, {
    method: "POST",
    body: JSON.stringify({ agents: [], queues: ["*"] }),
    headers: { "content-type": "application/json" },
  });
  const { ticket } = await answer.json<TicketAnswer>();
  lost.push(await open(site, `&ticket=${ticket}`, null));
  for (const client of [kept, ...lost]) expect(await client.next()).toMatchObject({ type: "snapshot" });
  expect(await socketsOf(site)).toEqual([2, 2, 0, 0]);
  expect(await (await request(site, "/events?queues=*", {})).json()).toMatchObject({ type: "snapshot" });

  const admin = { role: "admin" };
  const post = { method: "POST", headers: { "content-type": "application/json" } };
  await request(site, "/revocations", admin, { ...post, body: JSON.stringify({ jti: "bad" }) });
  for (const { inbox } of lost) expect((await inbox.ended).reason).toBe("token_expired");
  expect((await request(site, "/events?queues=*", bad)).status).toBe(401);

  // The first object has room, but is asked again only after a while.
  const later = Date.now() + 60_000;
  vi.spyOn(Date, "now").mockReturnValue(later);
  const third = await open(site);
  await third.next();
  expect((await socketsOf(site))[0]).toBe(2);
  vi.restoreAllMocks();
  const fourth = await open(site);
  await fourth.next();
  const deletion = await request(site, "", admin, {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ confirm: site }),
  });
  expect(await deletion.json()).toMatchObject({ site });
  for (const { inbox } of [kept, third, fourth]) expect((await inbox.ended).reason).toBe("unavailable");
  uplink.close();
});

it("SC1 a wrong setting is named, and nothing is served", async () => {
  const answer = await call({ objectClients: "none" }, "/v1/sites/hq/events?queues=*");
  expect([answer.status, await answer.json()]).toEqual([
    500,
    { error: { code: "internal", message: expect.stringContaining("PBXIS_OBJECT_CLIENTS") } },
  ]);
});
