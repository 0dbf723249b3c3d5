/** EV18 in the Site object: what is published and kept, over evictions, connectors and days. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { type EventOf, SiteEvent } from "@pbxis/shared";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openWebSocket } from "../../testing/client.ts";
import { count, ended } from "../../testing/events.ts";
import { evictObject } from "../../testing/evict.ts";
import { everything } from "../../testing/logged.ts";
import { hello, TestUplink } from "../../testing/uplink.ts";
import { readStates } from "../read-states.ts";
import { siteOf } from "../stub.ts";

/** In Zagreb it is eleven. */
const start = Date.parse("2026-11-29T10:00:00Z");
const midnight = Date.parse("2026-11-29T23:00:00Z");
let now = start;

beforeEach(() => {
  now = start;
  vi.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const object = (site: string) => env.SITE.getByName(site);
const settings = {
  timezone: "Europe/Zagreb",
  serviceLevelSeconds: { "*": 20 },
  shortAbandonSeconds: 5,
  wrapUpReasons: [],
};

/** A wait that has just ended. */
function wait(uniqueId: string, outcome: string, seconds = 10): SiteEvent {
  return ended("support", uniqueId, { outcome, waitTime: seconds * 1_000, since: now - seconds * 1_000, at: now });
}

async function connect(site: string, epoch = "c1", startedAt = 1_000): Promise<TestUplink> {
  const uplink = await TestUplink.open(site);
  uplink.send({ ...(hello(epoch, startedAt) as object), site: settings } as never);
  await uplink.next();
  await uplink.snapshot([count("support", 0)]);
  return uplink;
}

/** What AP3 says of the queue. */
async function figures(site: string): Promise<EventOf<"queueStatistics"> | undefined> {
  const { events } = await readStates(siteOf(env, site), { ...everything, statistics: true });
  return events.find((event) => event.type === "queueStatistics");
}

it("EV18 is the same after evictions, of what a checkpoint has and of what came after it", async () => {
  const uplink = await connect("kept");
  const outcomes = ["answered", "abandoned", "exited", "answered"];
  for (const [index, outcome] of outcomes.entries()) {
    now += 400_000;
    await uplink.events(wait(`u${index}`, outcome, index * 7));
    if (index === 1) await uplink.link("down");
    if (index === 1) await uplink.link("up");
  }
  const before = await figures("kept");
  expect(before).toMatchObject({ offered: 4, answered: 2, answeredInLevel: 1, abandoned: 1, exited: 1 });
  expect(before?.period).toEqual({ from: Date.parse("2026-11-28T23:00:00Z"), zone: "Europe/Zagreb" });
  await evictObject(object("kept"));
  expect(await figures("kept")).toEqual(before);
  now += 10_000;
  await uplink.events(wait("u9", "answered"));
  await evictObject(object("kept"));
  expect(await figures("kept")).toMatchObject({ offered: 5, answered: 3, waitTimeAnswered: 31_000 });
});

it("EV18 UP3 a call that two connectors report counts once", async () => {
  const first = await connect("twice");
  const call = wait("u1", "answered");
  await first.events(call);
  now += 30_000;
  const second = await connect("twice", "c2", 2_000);
  await second.events(call, wait("u2", "abandoned"));
  expect(await figures("twice")).toMatchObject({ offered: 2, answered: 1, abandoned: 1 });
});

it("EV18 UP3 what a superseded connector hands over counts, also if it had to drop something", async () => {
  await connect("handed", "c2", 2_000);
  const earlier = await TestUplink.open("handed");
  earlier.send({
    ...(hello("c1", 1_000) as object),
    handIn: { events: [wait("u1", "answered")], lost: 1, withinMs: 60_000 },
  } as never);
  await earlier.closed;
  expect(await figures("handed")).toMatchObject({ offered: 1, answered: 1 });
});

it("EV18 a new epoch of the log keeps the sums (UP6)", async () => {
  const uplink = await connect("epoch");
  await uplink.events(wait("u1", "answered"));
  now += 60_000;
  await uplink.snapshot([count("support", 2)], 1);
  await evictObject(object("epoch"));
  expect(await figures("epoch")).toMatchObject({ offered: 3, answered: 1 });
});

it("EV18 a site whose log cannot be read keeps what was saved, and says that time is missing", async () => {
  const uplink = await connect("broken");
  await uplink.events(wait("u1", "answered"));
  await uplink.link("down");
  await uplink.link("up");
  now += 3_600_000;
  await runInDurableObject(object("broken"), (_site, { storage }) => {
    storage.sql.exec("DROP TABLE log");
    storage.sql.exec("CREATE TABLE log (first INTEGER PRIMARY KEY)");
  });
  await evictObject(object("broken"));
  const after = await figures("broken");
  expect(after).toMatchObject({ offered: 1, answered: 1 });
  expect(after?.coverage).toBeLessThan(0.93);
});

it("EV18 is published to who asks for it, at once, then at most once in 5 s; nothing else changes for others", async () => {
  const uplink = await connect("stream");
  const others = await openWebSocket("/v1/sites/stream/events?queues=support", { site: "stream" });
  const stream = await openWebSocket("/v1/sites/stream/events?queues=support&statistics=1", { site: "stream" });
  expect((await others.next()).type).toBe("snapshot");
  const snapshot = await stream.next();
  const inSnapshot = snapshot.type === "snapshot" ? snapshot.events : [];
  expect(inSnapshot.map(({ type }) => type)).toEqual(["queueCount", "queueStatistics"]);
  now += 6_000;
  await uplink.events(wait("u1", "answered"));
  expect(await stream.next()).toMatchObject({
    events: [{ type: "queueCallEnded" }, { type: "queueStatistics", answered: 1, at: now }],
  });
  now += 1_000;
  await uplink.events(wait("u2", "answered"));
  now += 1_000;
  await uplink.events(wait("u3", "answered"));
  for (const uniqueId of ["u2", "u3"])
    expect(await stream.next()).toMatchObject({ events: [{ type: "queueCallEnded", uniqueId }] });
  now += 3_000;
  expect(await runDurableObjectAlarm(object("stream"))).toBe(true);
  expect(await stream.next()).toMatchObject({ events: [{ type: "queueStatistics", answered: 3, at: now }] });
  for (const uniqueId of ["u1", "u2", "u3"])
    expect(await others.next()).toMatchObject({ events: [{ type: "queueCallEnded", uniqueId }] });
});

it("EV16 what the next process reads from Asterisk's queue_log counts once, with what this one has not sent", async () => {
  const uplink = await connect("absent");
  const ring = (at: number, ringUniqueId: string) =>
    SiteEvent.parse({
      ...{ type: "agentRingEnded", agent: "1001", queueName: "support", callId: "u1", ringUniqueId },
      ...{ ringTime: 4_000, reason: "noAnswer", at },
    });
  const rang = now;
  await uplink.events(ring(rang, "u1.1"), wait("u1", "answered"));
  const heardAt = now;
  uplink.close();
  await expect.poll(async () => (await siteOf(env, "absent").status("absent")).link).toBe("offline");
  now += 60_000;
  const next = await TestUplink.open("absent");
  next.send({ ...(hello("c2", 2_000) as object), site: settings } as never);
  expect(await next.next()).toMatchObject({ type: "welcome", through: null, asOf: heardAt });
  await next.snapshot([count("support", 0)]);
  const logged = { position: null, originalPosition: null, number: null, name: null };
  await next.events(
    ring(rang + 400, `u1-1001-${rang + 400}`),
    ended("support", "u1", { ...logged, outcome: "answered", since: heardAt - 9_500, at: heardAt + 500 }),
    ring(rang + 30_500, `u2-1001-${rang + 30_500}`),
    ended("support", "u2", { ...logged, since: heardAt + 20_500, at: heardAt + 30_500, waitTime: 10_000 }),
  );
  expect(await figures("absent")).toMatchObject({ offered: 2, answered: 1, abandoned: 1, unknown: 0 });
  const { events } = await readStates(siteOf(env, "absent"), { ...everything, statistics: true });
  expect(events.find(({ type }) => type === "agentStatistics")).toMatchObject({ agent: "1001", notAnswered: 2 });
});

it("SC3 what changes within a second is published together, with a frame that comes anyway", async () => {
  const uplink = await connect("rounds");
  const stream = await openWebSocket("/v1/sites/rounds/events?queues=*&statistics=1", { site: "rounds" });
  await stream.next();
  const play = async (queue: string) => {
    await uplink.events(ended(queue, "u1", { at: now, since: now - 1_000, waitTime: 1_000 }));
    const frame = await stream.next();
    return frame.type === "events" ? frame.events.map((event) => `${event.type} ${Reflect.get(event, "queue")}`) : [];
  };
  now += 6_000;
  expect(await play("support")).toEqual(["queueCallEnded support", "queueStatistics support"]);
  now += 400;
  expect(await play("sales")).toEqual(["queueCallEnded sales"]);
  now += 400;
  expect(await play("vip")).toEqual(["queueCallEnded vip"]);
  now += 400;
  expect(await play("spare")).toEqual([
    "queueCallEnded spare",
    ...["sales", "vip", "spare"].map((queue) => `queueStatistics ${queue}`),
  ]);
});

it("EV18 begins anew at midnight of the site's zone, also if nothing happens", async () => {
  const uplink = await connect("night");
  await uplink.events(wait("u1", "answered"));
  const stream = await openWebSocket("/v1/sites/night/events?queues=support&statistics=1", {
    site: "night",
    exp: midnight / 1_000 + 3_600,
  });
  await stream.next();
  await uplink.link("down");
  await stream.next();
  uplink.close();
  await expect.poll(async () => (await siteOf(env, "night").status("night")).link).toBe("offline");
  await evictObject(object("night"));
  now = midnight + 100;
  expect(await runDurableObjectAlarm(object("night"))).toBe(true);
  const zero = { type: "queueStatistics", offered: 0, answered: 0, period: { from: midnight, zone: "Europe/Zagreb" } };
  await expect.poll(async () => JSON.stringify(await stream.next())).toContain('"queueStatistics"');
  expect(await figures("night")).toMatchObject(zero);
});

it("UP1 a zone that does not exist changes nothing", async () => {
  const uplink = await connect("zone");
  await uplink.events(wait("u1", "answered"));
  const later = await TestUplink.open("zone");
  later.send({ ...(hello("c2", 2_000) as object), site: { ...settings, timezone: "Mars/Olympus" } } as never);
  expect(await later.next()).toMatchObject({ type: "welcome" });
  now += 10_000;
  expect(await figures("zone")).toMatchObject({ answered: 1, period: { zone: "Europe/Zagreb" } });
});

it("UP1 with another zone today is another day, made of what was counted", async () => {
  now = Date.parse("2026-11-29T04:30:00Z");
  const uplink = await connect("moved");
  await uplink.events(wait("u1", "answered"));
  now = Date.parse("2026-11-29T05:30:00Z");
  await uplink.events(wait("u2", "abandoned"));
  const later = await TestUplink.open("moved");
  later.send({ ...(hello("c2", 2_000) as object), site: { ...settings, timezone: "America/New_York" } } as never);
  await later.next();
  expect(await figures("moved")).toMatchObject({ answered: 0, abandoned: 1, period: { zone: "America/New_York" } });
});

it("section 9: sums are kept for 35 days, and deleted also at rest", async () => {
  const uplink = await connect("old");
  await uplink.events(wait("u1", "answered"));
  const rows = () =>
    runInDurableObject(object("old"), (_site, { storage: { sql } }) =>
      sql.exec("SELECT kind, name FROM statistics_day WHERE kind <> 'site'").toArray(),
    );
  uplink.close();
  await expect.poll(async () => (await siteOf(env, "old").status("old")).link).toBe("offline");
  now += 34 * 86_400_000;
  await runDurableObjectAlarm(object("old"));
  await evictObject(object("old"));
  now += 86_400_000 + 600_000;
  expect(await runDurableObjectAlarm(object("old"))).toBe(true);
  expect(await rows()).toEqual([{ kind: "queue", name: "support" }]);
  now += 86_400_000;
  expect(await runDurableObjectAlarm(object("old"))).toBe(true);
  expect(await rows()).toEqual([]);
  const text = await runInDurableObject(object("old"), (_site, { storage: { sql } }) =>
    JSON.stringify(sql.exec("SELECT body FROM statistics_state").toArray()),
  );
  expect(JSON.parse(JSON.parse(text)[0].body)).toMatchObject({ open: [], today: [] });
});
