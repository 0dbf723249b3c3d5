/** AP16 over the real worker and its objects, and what an admin's token does not open. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { CallsAnswer, type Command, Deletion, Erasure, SiteFrame, type StateAnswer } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { openWebSocket } from "../testing/client.ts";
import { complete, count, ended } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";

const number = "+14155550100";
const bare = "14155550100";
const other = "+14155550199";
const admin: TestClaims = { role: "admin", agents: [], queues: [] };
const now = Date.now();

async function ask(site: string, path: string, claims: TestClaims = {}, init: RequestInit = {}): Promise<Response> {
  const token = await signToken({ site, callers: true, commands: ["*"], ...claims });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers };
  return exports.default.fetch(`https://edge.test/v1/sites/${site}${path}`, { ...init, headers });
}
const erase = (site: string, text = number, claims = admin) =>
  ask(site, `/callers/${encodeURIComponent(text)}`, claims, { method: "DELETE" });
const remove = (site: string, body: unknown, claims = admin) =>
  ask(site, "", claims, { method: "DELETE", body: JSON.stringify(body) });

/** Everything that the Site object has stored, as text. */
const stored = (site: string) =>
  runInDurableObject(env.SITE.getByName(site), (_site, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    return tables
      .filter(({ name }) => !name.startsWith("_cf"))
      .map(({ name }) => JSON.stringify(sql.exec(`SELECT * FROM ${name}`).toArray()))
      .join();
  });

const calling = (text: string, callId: string, agent = "1001") => ({
  ...{ type: "phoneNumber", agent, number: text, name: `Caller of ${text}`, queueName: "support", callId },
  ...{ uniqueId: callId, at: now },
});
const parked = (text: string) => ({
  ...{ type: "parkedCallState", parkingLot: "default", parkingSpace: "701", channel: "PJSIP/trunk-1" },
  ...{ callerId: text, since: now, at: now },
});
const waited = (text: string, uniqueId: string) =>
  ended("support", uniqueId, { number: text, name: `Caller of ${text}`, since: now - 9_000, at: now });

/** A site that has seen two callers everywhere where a number can be. */
async function busySite(site: string): Promise<TestUplink> {
  const uplink = await TestUplink.start(site, [count("support", 0), calling(number, "1.1"), parked(number)]);
  await uplink.events(waited(number, "1.1"), waited(other, "1.2"), calling(other, "1.2", "1002"));
  const recording = `/monitor/external-${bare}-1.wav`;
  await uplink.events({ ...complete("1001", "1.3"), recording, at: now });
  await uplink.events({ ...complete("1002", "1.2"), recording: "/monitor/2.wav", at: now });
  return uplink;
}

describe("AP16 a caller is erased", () => {
  it("from calls, log, states and ledger, and nobody else is", async () => {
    const uplink = await busySite("erased");
    const commands: [Command["type"], object][] = [
      ["originate", { agent: "1001", to: number, variables: { CRM_NUMBER: bare } }],
      ["originate", { agent: "1001", to: other }],
    ];
    for (const [index, [type, rest]] of commands.entries()) {
      const key = { "idempotency-key": `key-${index}`, prefer: "respond-async" };
      const body = JSON.stringify({ type, ...rest });
      expect((await ask("erased", "/commands", {}, { method: "POST", body, headers: key })).status).toBe(202);
      const sent = SiteFrame.parse(JSON.parse(await uplink.text()));
      if (sent.type !== "command") throw new Error(sent.type);
      const error = { code: "asterisk_refused", message: `there is no ${number}` } as const;
      uplink.send({ type: "outcome", id: sent.id, outcome: { status: "failed", error } });
    }
    expect(await stored("erased")).toContain(bare);
    const response = await erase("erased");
    expect(response.status).toBe(200);
    expect(Erasure.parse(await response.json())).toEqual({
      calls: 1,
      events: 4,
      states: 2,
      commands: 2,
      deadLetters: 0,
    });
    for (let woken = 0; woken < 2; woken++) {
      expect(await stored("erased")).not.toContain(bare);
      expect(await stored("erased")).toContain(other);
      const { calls } = CallsAnswer.parse(await (await ask("erased", "/calls")).json());
      expect(calls.map((call) => [call.uniqueId, call.number, call.name])).toEqual([
        ["1.2", other, `Caller of ${other}`],
        ["1.1", null, null],
      ]);
      await evictObject(env.SITE.getByName("erased"));
    }
    const body = JSON.stringify({ type: "originate", agent: "1001", to: number });
    const again = await ask(
      "erased",
      "/commands",
      {},
      { method: "POST", body, headers: { "idempotency-key": "key-0" } },
    );
    expect(again.status).toBe(502);
    expect(await again.text()).toContain("there is no erased");
    expect(Erasure.parse(await (await erase("erased", bare)).json())).toEqual({
      calls: 0,
      events: 0,
      states: 0,
      commands: 0,
      deadLetters: 0,
    });
    uplink.close();
  });

  it("live clients see the number go, and who resumes never sees it", async () => {
    const uplink = await busySite("live");
    const client = await openWebSocket("/v1/sites/live/events?agents=*&queues=*", { site: "live", callers: true });
    const first = await client.next();
    if (first.type !== "snapshot") throw new Error(first.type);
    await uplink.events(waited(number, "1.9"));
    expect(await client.next()).toMatchObject({ type: "events" });
    await erase("live");
    const change = await client.next();
    if (change.type !== "events") throw new Error(change.type);
    expect(change.events).toMatchObject([
      { type: "phoneNumber", agent: "1001", number: "unknown", name: null, callId: "1.1" },
      { type: "parkedCallState", callerId: null, channel: "PJSIP/trunk-1" },
    ]);
    for (const cursor of [first.cursor, null]) {
      const since = cursor === null ? "" : `&since=${cursor}`;
      const resumed = await openWebSocket(`/v1/sites/live/events?agents=*&queues=*${since}`, {
        site: "live",
        callers: true,
      });
      const frame = JSON.stringify(await resumed.next());
      expect(frame).not.toContain(bare);
      expect(frame).toContain(cursor === null ? other : "1.9");
      await resumed.close();
    }
    await client.close();
    uplink.close();
  });

  it("a call in progress stays without its number, whatever its connector sends of it, and a new call has one", async () => {
    const uplink = await busySite("ongoing");
    await erase("ongoing");
    await evictObject(env.SITE.getByName("ongoing"));
    await uplink.events(waited(number, "1.1"), { ...complete("1001", "1.1"), recording: `/${number}.wav` });
    await uplink.snapshot([count("support", 0), calling(number, "1.1"), parked(number)]);
    expect(await stored("ongoing")).not.toContain(bare);
    await uplink.events(calling(number, "2.1"));
    const { events } = await (await ask("ongoing", "/state?agents=*")).json<StateAnswer>();
    expect(events).toContainEqual(expect.objectContaining({ type: "phoneNumber", agent: "1001", number }));
    uplink.close();
  });

  it("an unfinished snapshot loses it too", async () => {
    const uplink = await TestUplink.start("parts");
    const part = {
      type: "snapshot",
      sequence: 2,
      more: true,
      lost: 0,
      ami: { up: true, asOf: 1, asteriskVersion: "22" },
    };
    uplink.send(JSON.stringify({ ...part, events: [calling(number, "1.1")] }));
    await uplink.next();
    await erase("parts");
    expect(await stored("parts")).not.toContain(bare);
    uplink.send(JSON.stringify({ ...part, sequence: 3, more: false, events: [count("support", 1)] }));
    await uplink.next();
    const { events } = await (await ask("parts", "/state?agents=*&queues=*")).json<StateAnswer>();
    expect(events).toContainEqual(expect.objectContaining({ type: "phoneNumber", number: "unknown", name: null }));
    uplink.close();
  });

  it.each(["%20", "%00", "unknown", "x".repeat(129)])("a number like %.20s is 400", async (text) => {
    const response = await ask("erased", `/callers/${text}`, admin, { method: "DELETE" });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("number must");
  });
});

describe("AP16 a whole site is deleted", () => {
  it("in all its objects; streams end, and a connector that comes back starts anew", async () => {
    const uplink = await busySite("gone");
    const path = "/v1/sites/gone";
    const claims = { site: "gone", exp: Math.ceil(now / 1000) + 600 };
    const streams = await Promise.all(
      ["events?queues=support", "queues/support/events", "agents/1001/events"].map((name) =>
        openWebSocket(`${path}/${name}`, claims),
      ),
    );
    for (const stream of streams) await stream.next();
    expect((await remove("gone", { confirm: "another" })).status).toBe(400);
    expect((await remove("gone", {})).status).toBe(400);
    expect((await ask("gone", "")).status).toBe(200);
    const response = await remove("gone", { confirm: "gone" });
    expect(response.status).toBe(200);
    expect(Deletion.parse(await response.json())).toEqual({ site: "gone", objects: 3 });
    for (const stream of streams) expect(await stream.ended).toMatchObject({ code: 4503 });
    expect(await uplink.closed).toMatchObject({ code: 4503 });
    for (const [kind, name] of [
      ["QUEUE", "support"],
      ["AGENT", "1001"],
    ] as const)
      await runInDurableObject(env[kind].getByName(`gone/${name}`), async (_scope, { storage }) => {
        expect([await storage.getAlarm(), (await storage.list()).size]).toEqual([null, 0]);
      });
    await expect.poll(async () => (await ask("gone", "")).json()).toMatchObject({ link: "offline", lastChange: null });
    expect(await stored("gone")).not.toContain("4155550");
    expect(CallsAnswer.parse(await (await ask("gone", "/calls")).json())).toEqual({ calls: [], next: null });
    const back = await TestUplink.start("gone", [count("support", 3)]);
    const { events } = await (await ask("gone", "/state?queues=support")).json<StateAnswer>();
    expect(events).toMatchObject([{ type: "queueCount", count: 3 }]);
    back.close();
  });
});

describe("AP16 who may, and what an admin may not", () => {
  it.each<[string, TestClaims]>([
    ["a client", { role: "client", commands: ["*"] }],
    ["an operator", { role: "operator" }],
    ["a connector", { role: "connector" }],
    ["an admin of another site", { role: "admin", site: "elsewhere" }],
  ])("%s erases and deletes nothing", async (_title, claims) => {
    const uplink = await busySite("kept");
    expect((await erase("kept", number, claims)).status).toBe(403);
    expect((await remove("kept", { confirm: "kept" }, claims)).status).toBe(403);
    expect(await stored("kept")).toContain(bare);
    uplink.close();
  });

  it("an admin's token must say when it ends, and opens nothing else, whatever it lists", async () => {
    expect((await erase("kept", number, { ...admin, exp: undefined })).status).toBe(401);
    const greedy = { role: "admin", agents: ["*"], queues: ["*"], commands: ["*"], callers: true };
    for (const path of ["", "/state?agents=*", "/events?queues=*", "/calls", "/statistics", "/counters", "/commands/x"])
      expect([path, (await ask("kept", path, greedy)).status]).toEqual([path, 403]);
    for (const path of ["/tickets", "/commands", "/audit"])
      expect([path, (await ask("kept", path, greedy, { method: "POST", body: "{}" })).status]).toEqual([path, 403]);
    expect((await ask("kept", "/connector", greedy, { headers: { upgrade: "websocket" } })).status).toBe(403);
  });
});
