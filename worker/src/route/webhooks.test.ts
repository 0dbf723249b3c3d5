/** AP14 over the real worker and its objects; `fetch` is a receiver that the test plays. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { SiteStatus, type Webhook, WebhookAttempts, WebhookCreated, WebhookMessage } from "@pbxis/shared";
import { Webhook as Verifier } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { complete, count, ended } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { Receiver } from "../testing/receiver.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";

const url = "https://crm.example/hook";
const admin: TestClaims = { role: "admin", agents: [], queues: [] };
const now = Date.now();
const retryMs = 10_000;
const hour = 3_600_000;

let receiver: Receiver;
beforeEach(() => {
  receiver = new Receiver();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function ask(site: string, method: string, path = "", body?: unknown, claims = admin): Promise<Response> {
  const headers = {
    authorization: `Bearer ${await signToken({ site, ...claims })}`,
    "content-type": "application/json",
  };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return exports.default.fetch(`https://edge.test/v1/sites/${site}${path}`, init);
}
async function create(site: string, more: object = {}): Promise<Webhook & { secret: string }> {
  const response = await ask(site, "POST", "/webhooks", { url, ...more });
  expect(response.status).toBe(201);
  return WebhookCreated.parse(await response.json());
}
const statusOf = async (site: string) =>
  SiteStatus.parse(await (await ask(site, "GET", "", undefined, { role: "operator" })).json());
const object = (site: string, { id }: Pick<Webhook, "id">) => env.WEBHOOK.getByName(`${site}/${id}`);

/** Rings the endpoint's alarm `ms` later, which stays the time of the test. */
async function later(site: string, webhook: Webhook, ms: number): Promise<void> {
  const at = Date.now() + ms;
  vi.spyOn(Date, "now").mockImplementation(() => at);
  expect(await runDurableObjectAlarm(object(site, webhook))).toBe(true);
}
const completed = (uniqueId: string) => ({ ...complete("1001", uniqueId), at: now });
const uniqueIds = () => receiver.contents.map(({ data }) => data.event?.uniqueId);

describe("AP14 an endpoint", () => {
  it("gets what happens from now on, signed as Standard Webhooks describes", async () => {
    const uplink = await TestUplink.start("hook-signed", [count("support", 0)]);
    await uplink.events(completed("before"));
    const { id, secret } = await create("hook-signed");
    await uplink.events(completed("1.1"), count("support", 1), ended("support", "1.2", { at: now }));
    await expect.poll(() => receiver.received.length).toBe(2);
    const [first, second] = receiver.received;
    const headers = Object.fromEntries(first?.headers ?? []);
    const message = WebhookMessage.parse(new Verifier(secret).verify(first?.body ?? "", headers));
    if (!("event" in message.data)) throw new Error(message.type);
    expect(first?.url).toBe(url);
    expect(message).toMatchObject({ type: "agentComplete", timestamp: new Date(now).toISOString() });
    expect(message.data).toMatchObject({ site: "hook-signed", event: { uniqueId: "1.1" } });
    expect(headers["webhook-id"]).toBe(`hook-signed:${message.data.cursor}`);
    // Who the caller was needs `callers`.
    expect(JSON.parse(second?.body ?? "").data.event).toMatchObject({ uniqueId: "1.2", number: null, name: null });
    const listed = await (await ask("hook-signed", "GET", "/webhooks")).text();
    expect([listed.includes(id), listed.includes("whsec_")]).toEqual([true, false]);
    expect(() => new Verifier(secret).verify(`${first?.body} `, headers)).toThrow();
    uplink.close();
  });

  it("gets the types, agents and queues that it names, and callers if it says so", async () => {
    const uplink = await TestUplink.start("hook-chosen", [count("support", 0), count("sales", 0)]);
    await create("hook-chosen", { types: ["queueCount", "queueCallEnded"], queues: ["support"], callers: true });
    await uplink.events(count("sales", 1), completed("1.1"), ended("support", "1.2", { at: now }), count("support", 1));
    await expect.poll(() => receiver.contents.map(({ type }) => type)).toEqual(["queueCallEnded", "queueCount"]);
    expect(receiver.contents[0]?.data.event).toMatchObject({ number: "+14155550100", name: "Alice" });
    uplink.close();
  });

  it("is sent a failed message again with the same id, and the rest in order behind it", async () => {
    const uplink = await TestUplink.start("hook-again");
    const webhook = await create("hook-again");
    receiver.answer(500);
    await uplink.events(completed("1"), completed("2"), completed("3"));
    await expect.poll(uniqueIds).toEqual(["1"]);
    await expect.poll(() => attemptsOf("hook-again", webhook)).toMatchObject([{ status: 500 }]);
    receiver.answer(301, 1, { location: "https://elsewhere.example/" });
    await later("hook-again", webhook, retryMs);
    await expect.poll(uniqueIds).toEqual(["1", "1"]);
    await expect.poll(() => attemptsOf("hook-again", webhook)).toMatchObject([{ status: 301 }, { status: 500 }]);
    expect(receiver.received[1]?.init?.redirect).toBe("manual");
    await later("hook-again", webhook, 60_000);
    await expect.poll(uniqueIds).toEqual(["1", "1", "1", "2", "3"]);
    expect(new Set(receiver.ids).size).toBe(3);
    uplink.close();
  });

  it("gets the message again that was under way when its object was evicted", async () => {
    const uplink = await TestUplink.start("hook-evicted");
    const webhook = await create("hook-evicted");
    const hangs = Promise.withResolvers<Response>();
    receiver.answers.push(() => hangs.promise);
    await uplink.events(completed("1"));
    await expect.poll(uniqueIds).toEqual(["1"]);
    await crash(object("hook-evicted", webhook));
    await evictObject(env.SITE.getByName("hook-evicted"));
    await later("hook-evicted", webhook, 30_000);
    await expect.poll(uniqueIds).toEqual(["1", "1"]);
    expect(new Set(receiver.ids).size).toBe(1);
    hangs.resolve(new Response());
    uplink.close();
  });

  it("costs at most a row and an alarm for each message, and less for many at once", async () => {
    const uplink = await TestUplink.start("hook-cost");
    const webhook = await create("hook-cost");
    await uplink.events(completed("first"));
    await expect.poll(uniqueIds).toEqual(["first"]);
    const rows = () => runInDurableObject(object("hook-cost", webhook), (_, { storage: { kv } }) => kv.get("progress"));
    await expect.poll(rows).toMatchObject({ value: { attempts: [{ status: 200 }] } });
    const writes = await runInDurableObject(object("hook-cost", webhook), (_, { storage: { kv } }) =>
      vi.spyOn(kv, "put"),
    );
    await uplink.events(...Array.from({ length: 25 }, (_, index) => completed(`many ${index}`)));
    await expect.poll(() => receiver.received.length).toBe(26);
    await expect
      .poll(async () => ((await rows()) as { value: { attempts: unknown[] } }).value.attempts.length)
      .toBe(26);
    expect(writes.mock.calls.length).toBeLessThan(5);
    uplink.close();
  });

  it("that answers 410 is disabled, which AP4 says, until an admin lets it go on", async () => {
    const uplink = await TestUplink.start("hook-gone");
    const webhook = await create("hook-gone");
    receiver.answer(410);
    await uplink.events(completed("1"));
    await expect
      .poll(async () => (await statusOf("hook-gone")).webhooks)
      .toMatchObject({ total: 1, disabled: [{ id: webhook.id, reason: "gone" }] });
    await uplink.events(completed("2"));
    expect((await ask("hook-gone", "PATCH", `/webhooks/${webhook.id}`, { disabled: null })).status).toBe(200);
    await expect.poll(uniqueIds).toEqual(["1", "1", "2"]);
    expect((await statusOf("hook-gone")).webhooks).toEqual({ total: 1, disabled: [] });
    uplink.close();
  });
});

describe("AP14 what a receiver does not take", () => {
  it("becomes a dead letter at the tenth try, which an admin sends again", async () => {
    const uplink = await TestUplink.start("hook-dead");
    const webhook = await create("hook-dead", { types: ["queueCallEnded"], callers: true });
    receiver.answer(503, 10);
    await uplink.events(ended("support", "1", { at: now }), ended("support", "2", { at: now }));
    for (const [index, minutes] of [0.1, 1, 3, 13, 40, 75, 150, 370, 730].entries()) {
      await expect.poll(async () => (await attemptsOf("hook-dead", webhook)).length).toBe(index + 1);
      await later("hook-dead", webhook, minutes * 60_000);
    }
    await expect.poll(uniqueIds).toEqual([...Array.from({ length: 10 }, () => "1"), "2"]);
    const letters = async () => (await ask("hook-dead", "GET", `/webhooks/${webhook.id}/deadletters`)).json();
    const id = receiver.ids[0];
    expect(await letters()).toMatchObject({ deadletters: [{ id, type: "queueCallEnded", status: 503 }] });
    const replay = (...deadletters: unknown[]) =>
      ask("hook-dead", "POST", `/webhooks/${webhook.id}/replay`, { deadletters });
    expect((await replay(id, "other")).status).toBe(404);
    expect(await (await ask("hook-dead", "DELETE", "/callers/%2B14155550100")).json()).toMatchObject({
      deadLetters: 1,
    });
    expect((await replay(id)).status).toBe(202);
    await expect.poll(() => receiver.received.length).toBe(12);
    expect([receiver.ids[11], receiver.contents[11]?.data.event]).toMatchObject([id, { uniqueId: "1", number: null }]);
    await expect.poll(letters).toEqual({ deadletters: [] });
    uplink.close();
  });

  it("and is not in the log any more, is a gap: the endpoint gets a gap message, and is disabled", async () => {
    const uplink = await TestUplink.start("hook-gap");
    const webhook = await create("hook-gap");
    receiver.answer(500);
    await uplink.events(completed("1"));
    await expect.poll(async () => (await attemptsOf("hook-gap", webhook)).length).toBe(1);
    const at = Date.now() + 49 * hour;
    vi.spyOn(Date, "now").mockImplementation(() => at);
    await runDurableObjectAlarm(env.SITE.getByName("hook-gap"));
    await runDurableObjectAlarm(object("hook-gap", webhook));
    await expect.poll(() => receiver.contents.map(({ type }) => type)).toEqual(["agentComplete", "gap"]);
    expect((await statusOf("hook-gap")).webhooks).toMatchObject({ disabled: [{ reason: "gap" }] });
    const again = await ask("hook-gap", "POST", `/webhooks/${webhook.id}/replay`, {
      since: receiver.contents[1]?.data.lostFrom,
    });
    expect([again.status, await again.json()]).toMatchObject([410, { error: { code: "gone" } }]);
    uplink.close();
  });

  it("but a log that had nothing for the endpoint is no gap, also after an eviction", async () => {
    const uplink = await TestUplink.start("hook-quiet");
    const webhook = await create("hook-quiet");
    await uplink.events(completed("1"));
    await expect.poll(uniqueIds).toEqual(["1"]);
    for (let waiting = 1; waiting < 5; waiting++) await uplink.events(count("support", waiting));
    const at = Date.now() + 49 * hour;
    vi.spyOn(Date, "now").mockImplementation(() => at);
    await runDurableObjectAlarm(env.SITE.getByName("hook-quiet"));
    await evictObject(env.SITE.getByName("hook-quiet"));
    await evictObject(object("hook-quiet", webhook));
    const next = await TestUplink.start("hook-quiet", [count("support", 5)], "c2");
    await next.events(completed("2"));
    await expect.poll(() => receiver.received.length).toBe(2);
    expect(uniqueIds()).toEqual(["1", "2"]);
    next.close();
  });

  it("an admin has everything since a position of the log sent again", async () => {
    const uplink = await TestUplink.start("hook-replay");
    const webhook = await create("hook-replay");
    await uplink.events(completed("1"), completed("2"), completed("3"));
    await expect.poll(uniqueIds).toEqual(["1", "2", "3"]);
    const since = receiver.contents[0]?.data.cursor;
    expect((await ask("hook-replay", "POST", `/webhooks/${webhook.id}/replay`, { since })).status).toBe(202);
    await expect.poll(uniqueIds).toEqual(["1", "2", "3", "2", "3"]);
    expect(receiver.ids.slice(3)).toEqual(receiver.ids.slice(1, 3));
    uplink.close();
  });

  it("of states only the last value is sent when the receiver is back", async () => {
    const uplink = await TestUplink.start("hook-collapse", [count("support", 0)]);
    const webhook = await create("hook-collapse", { types: ["queueCount", "agentComplete"] });
    receiver.answer(500);
    await uplink.events(count("support", 1));
    await expect.poll(async () => (await attemptsOf("hook-collapse", webhook)).length).toBe(1);
    await uplink.events(count("support", 2), completed("1"), count("support", 3), completed("2"));
    await later("hook-collapse", webhook, retryMs);
    const sent = () => receiver.contents.slice(1).map(({ data: { event } }) => event?.uniqueId ?? event?.count);
    await expect.poll(sent).toEqual(["1", 3, "2"]);
    uplink.close();
  });
});

it("EV24 an endpoint gets its own alerts, once at the crossing and once at the return, also over an eviction", async () => {
  const uplink = await TestUplink.start("hook-alerts", [count("support", 0)]);
  const alerts = [{ queue: "support", metric: "count", above: 2 }];
  await create("hook-alerts", { types: [], alerts });
  await create("hook-alerts", { types: [], alerts: [{ queue: "support", metric: "count", above: 99 }] });
  await uplink.events(count("support", 3));
  await uplink.events(count("support", 4));
  const sent = () => receiver.contents.map(({ type, data: { event } }) => [type, event?.active, event?.value]);
  await expect.poll(sent).toEqual([["queueAlert", true, 3]]);
  await evictObject(env.SITE.getByName("hook-alerts"));
  await uplink.events(count("support", 5));
  await uplink.events(count("support", 1));
  await expect.poll(sent).toEqual([
    ["queueAlert", true, 3],
    ["queueAlert", false, 1],
  ]);
  uplink.close();
});

describe("AP14 an admin", () => {
  it("renews the secret, and the old one signs beside it for a day", async () => {
    const uplink = await TestUplink.start("hook-rotate");
    const webhook = await create("hook-rotate");
    const renewed = await ask("hook-rotate", "POST", `/webhooks/${webhook.id}/secret`);
    const { secret } = await renewed.json<{ secret: string }>();
    await uplink.events(completed("1"));
    await expect.poll(() => receiver.received.length).toBe(1);
    const [{ body, headers } = { body: "", headers: new Headers() }] = receiver.received;
    for (const key of [secret, webhook.secret]) new Verifier(key).verify(body, Object.fromEntries(headers));
    const at = Date.now() + 25 * hour;
    vi.spyOn(Date, "now").mockImplementation(() => at);
    await uplink.events(completed("2"));
    await expect.poll(() => receiver.received.length).toBe(2);
    expect(receiver.received[1]?.headers.get("webhook-signature")).toMatch(/^v1,[^ ]+$/);
    uplink.close();
  });

  it("sends a test, and sees it among the attempts", async () => {
    const webhook = await create("hook-test");
    receiver.answer(418);
    const tested = await (await ask("hook-test", "POST", `/webhooks/${webhook.id}/test`)).json();
    expect(tested).toMatchObject({ status: 418, problem: null });
    expect(receiver.contents).toMatchObject([{ type: "test", data: { site: "hook-test", webhook: webhook.id } }]);
    expect(await attemptsOf("hook-test", webhook)).toMatchObject([{ id: receiver.ids[0], status: 418 }]);
  });

  it("deletes an endpoint, or the site with it, and nothing of it is left", async () => {
    const uplink = await TestUplink.start("hook-deleted");
    const [one, other] = [await create("hook-deleted"), await create("hook-deleted")];
    await uplink.events(completed("1"));
    await expect.poll(() => receiver.received.length).toBe(2);
    expect((await ask("hook-deleted", "DELETE", `/webhooks/${one.id}`)).status).toBe(204);
    await uplink.events(completed("2"));
    await expect.poll(() => receiver.received.length).toBe(3);
    const stored = (webhook: Webhook) =>
      runInDurableObject(object("hook-deleted", webhook), (_, { storage: { kv } }) => [...kv.list()].length);
    await expect.poll(async () => [await stored(one), await stored(other)]).toEqual([0, 1]);
    expect((await ask("hook-deleted", "GET", `/webhooks/${one.id}`)).status).toBe(404);
    expect(await (await ask("hook-deleted", "DELETE", "", { confirm: "hook-deleted" })).json()).toMatchObject({
      objects: 1,
    });
    expect(await stored(other)).toBe(0);
    uplink.close();
  });

  it("has twenty endpoints at most", async () => {
    for (let made = 0; made < 20; made++) await create("hook-full");
    const response = await ask("hook-full", "POST", "/webhooks", { url });
    expect([response.status, await response.json()]).toMatchObject([413, { error: { code: "too_large" } }]);
  });

  it.each<[unknown, string]>([
    [{}, "url is required"],
    [{ url: "https://10.0.0.1/" }, "url must name a public host"],
    [{ url: "http://127.0.0.1:8080/" }, "url must begin with https:"],
    [{ url, types: ["nonsense"] }, "types must be one of"],
    [{ url, agents: "*" }, "agents must be a list"],
    [{ url, alerts: [{ queue: "support", metric: "wait", above: 1 }] }, "alerts must be one of"],
    [{ url, more: 1 }, "has an unknown field: more"],
  ])("is refused %j by the name of the parameter", async (body, message) => {
    const response = await ask("hook-bad", "POST", "/webhooks", body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(message);
  });

  it.each(["client", "operator", "connector"])("alone may do that: not a %s", async (role) => {
    expect((await ask("hook-roles", "GET", "/webhooks", undefined, { role })).status).toBe(403);
    expect((await ask("hook-roles", "POST", "/webhooks", { url }, { role, commands: ["*"] })).status).toBe(403);
  });
});

/** As an eviction in the middle of its work: memory is lost, and storage stays. */
async function crash(stub: DurableObjectStub): Promise<void> {
  await runInDurableObject(stub, (_, state) => state.abort("crashed by a test")).catch(() => {});
}

const attemptsOf = async (site: string, { id }: Webhook) =>
  WebhookAttempts.parse(await (await ask(site, "GET", `/webhooks/${id}/attempts`)).json()).attempts;
