/** What is kept too long is deleted by the site's alarm, also when nothing else happens any more (section 9). */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { parseCursor, SiteCommand } from "@pbxis/shared";
import { afterEach, expect, it, vi } from "vitest";
import { call } from "../testing/compat.ts";
import { complete, count, ended, failed } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { everything } from "../testing/logged.ts";
import { signToken } from "../testing/token.ts";
import { amiUp, hello, TestUplink } from "../testing/uplink.ts";
import { commandsKeptMs, defaultCallsKeptMs, defaultLogKeptMs } from "./retention.ts";
import { siteOf } from "./stub.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const hour = 3_600_000;
const number = "+14155550100";
const calling = {
  type: "phoneNumber",
  agent: "1001",
  number,
  name: "Alice Caller",
  queueName: null,
  callId: "1.1",
  at: 1,
};
const parked = {
  type: "parkedCallState",
  parkingLot: "default",
  parkingSpace: "701",
  channel: "PJSIP/trunk-1",
  callerId: number,
  since: 1,
  at: 1,
};
const recorded = (uniqueId: string) => ({ ...complete("1001", uniqueId), recording: `/monitor/${number}.wav` });

const site = (name: string) => siteOf(env, name);
const object = (name: string) => env.SITE.getByName(name);

/** Rings the alarm at a later time, which stays the time of the test. */
async function alarmAfter(name: string, ms: number): Promise<void> {
  const at = Date.now() + ms;
  vi.spyOn(Date, "now").mockImplementation(() => at);
  expect(await runDurableObjectAlarm(object(name))).toBe(true);
}
const alarmOf = (name: string) => runInDurableObject(object(name), (_site, { storage }) => storage.getAlarm());
/** Everything that the object has stored, as text. */
const stored = (name: string) =>
  runInDurableObject(object(name), (_site, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    return tables
      .filter(({ name }) => !name.startsWith("_cf"))
      .map((table) => JSON.stringify(sql.exec(`SELECT * FROM ${table.name}`).toArray()))
      .join();
  });
async function leave(name: string, uplink: TestUplink): Promise<void> {
  uplink.close();
  await expect.poll(async () => (await site(name).status(name)).link).toBe("offline");
}
/** The answer to a client at `cursor`, with a snapshot's states as events. */
async function readSince(name: string, cursor: string | null): Promise<object> {
  const result = await site(name).read(everything, (cursor && parseCursor(cursor)) || null);
  return result.kind === "snapshot" ? { ...result, events: JSON.parse(`[${result.text}]`) } : result;
}

it("a log at rest is deleted, and who resumes from it gets the states as a snapshot", async () => {
  // A connection to AMI that is new leaves no statistics of the time before.
  const uplink = await TestUplink.open("rest");
  uplink.send(hello("c1"));
  await uplink.next();
  const ami = { ...amiUp, asOf: Date.now() };
  await uplink.store({ type: "snapshot", sequence: 1, more: false, lost: 0, ami, events: [count("support", 1)] });
  const { cursor } = await site("rest").status("rest");
  await uplink.events(recorded("1"), recorded("2"), count("support", 2));
  await leave("rest", uplink);
  expect(await readSince("rest", cursor)).toMatchObject({ kind: "events" });
  await alarmAfter("rest", defaultLogKeptMs - hour);
  expect(await stored("rest")).toContain(number);
  expect(await readSince("rest", cursor)).toMatchObject({ kind: "events" });
  await alarmAfter("rest", 2 * hour);
  expect(await stored("rest")).not.toContain(number);
  for (let woken = 0; woken < 2; woken++) {
    expect(await readSince("rest", cursor)).toMatchObject({ kind: "snapshot", events: [count("support", 2)] });
    expect(await readSince("rest", (await site("rest").status("rest")).cursor)).toMatchObject({ items: [] });
    await evictObject(object("rest"));
  }
  // Nothing is left to delete, so nothing is left to wait for.
  expect(await alarmOf("rest")).toBeNull();
});

it("a log in use keeps what is younger, and goes on from there", async () => {
  const uplink = await TestUplink.start("use", []);
  await uplink.events(failed("old"));
  const { cursor } = await site("use").status("use");
  const at = Date.now() + defaultLogKeptMs - hour;
  vi.spyOn(Date, "now").mockImplementation(() => at);
  await uplink.events(failed("young"));
  await alarmAfter("use", 2 * hour);
  expect(await stored("use")).not.toContain('"old');
  expect(await readSince("use", cursor)).toMatchObject({ items: [[expect.any(Number), failed("young")]] });
  await evictObject(object("use"));
  const back = await TestUplink.open("use");
  back.send(hello("c1"));
  expect(await back.next()).toMatchObject({ type: "welcome", through: 3 });
  await back.store({ type: "events", sequence: 4, events: [count("support", 3)] } as never);
  expect(await readSince("use", cursor)).toMatchObject({ kind: "events" });
});

it("the numbers of calls in progress are forgotten when the connector has been gone for as long", async () => {
  const uplink = await TestUplink.start("calls", [calling, parked, count("support", 1)]);
  await leave("calls", uplink);
  await alarmAfter("calls", defaultLogKeptMs - hour);
  expect(await readSince("calls", null)).toMatchObject({
    events: expect.arrayContaining([expect.objectContaining(calling), parked]),
  });
  const { cursor } = await site("calls").status("calls");
  await alarmAfter("calls", 2 * hour);
  const gone = expect.objectContaining({ ...calling, number: null, name: null, callId: null, at: Date.now() });
  const fetched = { ...parked, channel: null, callerId: null, since: null, at: Date.now() };
  for (let woken = 0; woken < 2; woken++) {
    const states = await readSince("calls", null);
    expect(states).toMatchObject({ link: "offline", events: expect.arrayContaining([gone, count("support", 1)]) });
    await evictObject(object("calls"));
  }
  expect(await stored("calls")).not.toContain(number);
  expect(await readSince("calls", cursor)).toMatchObject({
    kind: "events",
    items: [
      [expect.any(Number), gone],
      [expect.any(Number), fetched],
    ],
  });
});

it("UP4 parts of an unfinished snapshot are forgotten as well, and the connector begins a new one", async () => {
  const uplink = await TestUplink.open("parts at rest");
  uplink.send(hello("c1"));
  await uplink.next();
  const ami = { up: true, asOf: 1, asteriskVersion: "22.10.1" };
  await uplink.store({ type: "snapshot", sequence: 1, more: true, lost: 0, ami, events: [calling] } as never);
  await leave("parts at rest", uplink);
  await alarmAfter("parts at rest", defaultLogKeptMs + hour);
  expect(await stored("parts at rest")).not.toContain(number);
  const back = await TestUplink.open("parts at rest");
  back.send(hello("c1"));
  expect(await back.next()).toMatchObject({ type: "welcome", through: null });
});

it("CM12 the ledger is deleted after 24 h without another command", async () => {
  const uplink = await TestUplink.start("ledger at rest", []);
  const command = SiteCommand.parse({ type: "originate", agent: "1001", to: number });
  const reach = { agents: "*", queues: "*" } as const;
  const request = { id: "one", subject: "somebody", key: "k-1", command, reach, deadlineMs: 10_000 };
  const asked = site("ledger at rest").command(request, true);
  await uplink.next();
  uplink.send({ type: "outcome", id: "one", outcome: { status: "done", result: {} } });
  await asked;
  await leave("ledger at rest", uplink);
  await alarmAfter("ledger at rest", commandsKeptMs - hour);
  expect(await stored("ledger at rest")).toContain(number);
  await alarmAfter("ledger at rest", 2 * hour);
  expect(await stored("ledger at rest")).not.toContain(number);
});

it("a site that has nothing to delete sets no alarm", async () => {
  await site("nothing").status("nothing");
  expect(await alarmOf("nothing")).toBeNull();
});

it("PBXIS_LOG_HOURS that cannot be meant refuses every request of a site by its name", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const headers = { authorization: `Bearer ${await signToken()}` };
  for (const path of ["/v1/sites/hq", "/v1/sites/hq/state", "/bridged-channels?extension=1"]) {
    const response = await call({ site: "hq", logHours: "two days" }, path, { headers });
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: { code: "internal", message: expect.stringContaining("PBXIS_LOG_HOURS") } },
    ]);
  }
});

it("AP13 calls at rest are kept longer than the log, and then deleted", async () => {
  const uplink = await TestUplink.start("calls-at-rest", []);
  await uplink.events(ended("support", "1", { at: Date.now() }), { ...recorded("2"), at: Date.now() });
  await leave("calls-at-rest", uplink);
  const all = { from: null, to: null, queues: "*", agents: null, outcomes: null, number: null, limit: 1 } as const;
  await alarmAfter("calls-at-rest", defaultLogKeptMs + hour);
  expect((await site("calls-at-rest").calls({ ...all, after: null })).calls).toMatchObject([{ number }]);
  await evictObject(object("calls-at-rest"));
  await alarmAfter("calls-at-rest", defaultCallsKeptMs);
  expect(await stored("calls-at-rest")).not.toContain(number);
});
