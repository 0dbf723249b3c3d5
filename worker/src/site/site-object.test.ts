import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import {
  type ConnectorFrame,
  closeCodes,
  maxUplinkFrameBytes,
  parseCursor,
  type SiteEvent,
  uplinkProtocol,
  uplinkSilenceMs,
} from "@pbxis/shared";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { count, failed, member, named } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { Inbox } from "../testing/inbox.ts";
import { everything } from "../testing/logged.ts";
import { signToken } from "../testing/token.ts";
import { amiDown, amiUp, hello, TestUplink } from "../testing/uplink.ts";
import { readStates } from "./read-states.ts";
import type { SiteObject } from "./site-object.ts";
import { siteOf } from "./stub.ts";
import { expiryHeader, UplinkSockets } from "./uplink/uplink-socket.ts";

const statusOf = (site: string) => siteOf(env, site).status(site);
const cursorOf = async (site: string) => {
  const cursor = parseCursor((await statusOf(site)).cursor);
  if (!cursor) throw new Error("a site has a cursor");
  return cursor;
};
const snapshotOf = (site: string) => readStates(siteOf(env, site), everything);
const itemsAfter = async (site: string, since: Awaited<ReturnType<typeof cursorOf>>) => {
  const result = await siteOf(env, site).read(everything, since);
  if (result.kind !== "events") throw new Error("the cursor is too old");
  return result.items.map(([, item]) => item);
};
const evict = (site: string) => evictObject(env.SITE.getByName(site));
/** As if the site's sockets had been heard last at `receivedAt` (ms), before the object was evicted. */
async function setReceivedAt(stub: DurableObjectStub<SiteObject>, receivedAt: number): Promise<void> {
  await runInDurableObject(stub, (_site, state) => {
    const sockets = new UplinkSockets(state);
    for (const { socket, mark } of sockets.open()) sockets.setMark(socket, { ...mark, receivedAt });
  });
  await evictObject(stub);
}

describe("UP2 what is acknowledged is durable", () => {
  it("a site that was never reached is offline, and its epoch stays", async () => {
    const before = await statusOf("new");
    expect(before).toEqual({
      site: "new",
      link: "offline",
      asOf: 0,
      connector: { online: false, version: null, since: null, clockOffsetMs: null },
      ami: { up: false, asteriskVersion: null },
      cursor: expect.stringMatching(/^[0-9a-f]{12}-0$/),
      lastChange: null,
      audit: null,
      leftOut: null,
      redaction: null,
      lost: { total: 0, at: null },
      webhooks: { total: 0, disabled: [] },
    });
    await evict("new");
    expect(await statusOf("new")).toEqual(before);
  });

  it("snapshot, log and status are the same after an eviction, and the uplink goes on", async () => {
    const connector = await TestUplink.start("wake", [count("support", 1), member("1001", "support", "not_inuse")]);
    const start = await cursorOf("wake");
    await connector.store({ type: "events", sequence: 2, events: [count("support", 2), failed("a")] });
    await connector.store({ type: "events", sequence: 3, events: [member("1001", "support", "loggedoff")] });
    const before = [await statusOf("wake"), await snapshotOf("wake"), await itemsAfter("wake", start)];
    await evict("wake");
    expect([await statusOf("wake"), await snapshotOf("wake"), await itemsAfter("wake", start)]).toEqual(before);
    expect(before[2]).toEqual([count("support", 2), failed("a"), member("1001", "support", "loggedoff")]);
    await connector.store({ type: "events", sequence: 4, events: [count("support", 3)] });
    expect((await itemsAfter("wake", start)).at(-1)).toEqual(count("support", 3));
  });

  it("a frame that is sent again after an eviction and a reconnection is dropped", async () => {
    const first = await TestUplink.start("again", []);
    const start = await cursorOf("again");
    await first.store({ type: "events", sequence: 2, events: [failed("a")] });
    first.close();
    await evict("again");
    const second = await TestUplink.open("again");
    second.send(hello("c1"));
    expect(await second.next()).toEqual({
      type: "welcome",
      protocol: uplinkProtocol,
      through: 2,
      at: expect.any(Number),
    });
    second.send({ type: "events", sequence: 2, events: [failed("a")] });
    expect(await second.next()).toMatchObject({ type: "ack", through: 2 });
    await second.store({ type: "events", sequence: 3, events: [failed("b")] });
    const items = await itemsAfter("again", start);
    expect(items.filter((item) => item.type !== "link")).toEqual([failed("a"), failed("b")]);
  });

  it("a number that skips closes with out_of_order, and what came before stays", async () => {
    const connector = await TestUplink.start("skip", [count("support", 1)]);
    connector.send({ type: "events", sequence: 3, events: [count("support", 9)] });
    expect(await connector.closed).toEqual({ code: closeCodes.out_of_order.code, reason: "out_of_order" });
    expect(await snapshotOf("skip")).toMatchObject({ events: [count("support", 1)], link: "offline" });
  });
});

describe("AP7 the worker's path of the uplink", () => {
  it("a connector's token opens the uplink of its site", async () => {
    const authorization = `Bearer ${await signToken({ site: "route", role: "connector" })}`;
    const response = await exports.default.fetch("https://edge.test/v1/sites/route/connector", {
      headers: { upgrade: "websocket", authorization },
    });
    const socket = response.webSocket;
    if (!socket) throw new Error(`no uplink: ${response.status}`);
    const inbox = new Inbox(socket);
    socket.send(JSON.stringify(hello("c1")));
    expect(JSON.parse(await inbox.text())).toMatchObject({ type: "welcome", through: null });
    expect((await statusOf("route")).connector.online).toBe(true);
  });
});

describe("bad frames", () => {
  it.each<[string, string, keyof typeof closeCodes]>([
    ["no JSON", "{", "bad_frame"],
    ["an event of unknown type", '{"type":"events","sequence":2,"events":[{"type":"weather","at":1}]}', "bad_frame"],
    ["more than a frame may have", " ".repeat(maxUplinkFrameBytes + 1), "bad_frame"],
    ["a second hello", JSON.stringify(hello("c1")), "out_of_order"],
  ])("%s ends the connection of a connector", async (title, text, reason) => {
    const connector = await TestUplink.start(`bad ${title}`, []);
    connector.send(text);
    expect(await connector.closed).toEqual({ code: closeCodes[reason].code, reason });
    expect((await statusOf(`bad ${title}`)).connector.online).toBe(false);
  });

  it("a frame before hello is out of order", async () => {
    const connector = await TestUplink.open("early");
    connector.send({ type: "link", sequence: 1, ami: amiUp });
    expect((await connector.closed).reason).toBe("out_of_order");
  });

  it("UP8 another protocol is refused", async () => {
    const connector = await TestUplink.open("protocol");
    connector.send({ type: "hello", protocol: uplinkProtocol + 1, epoch: "c1", startedAt: 1, connectorVersion: "9" });
    expect((await connector.closed).code).toBe(closeCodes.protocol_mismatch.code);
  });
});

describe("UP3 fencing", () => {
  it("the later one takes over and the earlier one is closed; the earlier one is refused from then on", async () => {
    const earlier = await TestUplink.start("fence", [count("support", 1)], "early", 1_000);
    const later = await TestUplink.start("fence", [count("support", 2)], "late", 2_000);
    expect(await earlier.closed).toEqual({ code: closeCodes.superseded.code, reason: "superseded" });
    const back = await TestUplink.open("fence");
    back.send(hello("early", 1_000));
    const [reason, siteAt] = (await back.closed).reason.split(" ");
    expect([reason, Math.abs(Number(siteAt) - Date.now()) < 60_000]).toEqual(["superseded", true]);
    await later.store({ type: "events", sequence: 2, events: [count("support", 3)] });
    expect(await snapshotOf("fence")).toMatchObject({ link: "up", events: [count("support", 3)] });
  });

  it("the earlier one's handover is logged once, whichever connector sends it too, over evictions", async () => {
    const earlier = await TestUplink.start("hand-in", [], "early", 1_000);
    await earlier.store({ type: "events", sequence: 2, events: [failed("acknowledged too late")] });
    const start = await cursorOf("hand-in");
    const later = await TestUplink.start("hand-in", [], "late", 2_000);
    await later.store({ type: "events", sequence: 2, events: [failed("both, the later one first")] });
    const events = ["acknowledged too late", "both, the later one first", "only the earlier one", "both"].map(failed);
    for (const withinMs of [null, 1_000]) {
      const back = await TestUplink.open("hand-in");
      back.send({ ...hello("early", 1_000), handIn: { events, lost: 0, withinMs } } as ConnectorFrame);
      expect((await back.closed).code).toBe(closeCodes.superseded.code);
      await evict("hand-in");
    }
    await later.store({ type: "events", sequence: 3, events: [failed("both"), failed("at last")] });
    const logged = (await itemsAfter("hand-in", start)).filter((item) => item.type !== "link");
    expect(logged).toEqual(["both, the later one first", "only the earlier one", "both", "at last"].map(failed));
    expect((await statusOf("hand-in")).link).toBe("up");
  });

  it("UP6 occurrences that it had to drop begin a new epoch", async () => {
    await TestUplink.start("hand-in lost", [count("support", 1)], "late", 2_000);
    const start = await cursorOf("hand-in lost");
    const back = await TestUplink.open("hand-in lost");
    back.send({ ...hello("early", 1_000), handIn: { events: [], lost: 2, withinMs: null } } as ConnectorFrame);
    await back.closed;
    const read = await siteOf(env, "hand-in lost").read(everything, start);
    expect(read).toMatchObject({ kind: "snapshot", link: "up", text: JSON.stringify(count("support", 1)) });
    expect((await statusOf("hand-in lost")).lost.total).toBe(2);
  });

  it("a connector that is welcome sends its occurrences after its snapshot; its handover is ignored", async () => {
    const start = await cursorOf("hand-in anyway");
    const connector = await TestUplink.open("hand-in anyway");
    connector.send({
      ...hello("early", 1_000),
      handIn: { events: [failed("a")], lost: 0, withinMs: null },
    } as ConnectorFrame);
    await connector.next();
    await connector.store({ type: "snapshot", sequence: 1, more: false, lost: 0, ami: amiUp, events: [] });
    await connector.store({ type: "events", sequence: 2, events: [failed("a")] });
    const logged = (await itemsAfter("hand-in anyway", start)).filter((item) => item.type !== "link");
    expect(logged).toEqual([failed("a")]);
  });

  it("a closed holder is no obstacle to an earlier one", async () => {
    const later = await TestUplink.start("standby", [], "late", 2_000);
    later.close();
    await expect.poll(async () => (await statusOf("standby")).link).toBe("offline");
    const earlier = await TestUplink.start("standby", [], "early", 1_000);
    await earlier.store({ type: "events", sequence: 2, events: [failed("a")] });
    expect((await statusOf("standby")).link).toBe("up");
  });

  it("the same epoch replaces its own old socket, and clients see no change", async () => {
    const old = await TestUplink.start("replace", []);
    const start = await cursorOf("replace");
    const fresh = await TestUplink.open("replace");
    fresh.send(hello("c1"));
    expect(await fresh.next()).toMatchObject({ type: "welcome", through: 1 });
    expect((await old.closed).code).toBe(1000);
    await fresh.store({ type: "events", sequence: 2, events: [failed("a")] });
    expect(await itemsAfter("replace", start)).toEqual([failed("a")]);
  });
});

describe("ST3 the link", () => {
  it("AMI lost and back, in the site's order", async () => {
    const connector = await TestUplink.start("ami", []);
    const start = await cursorOf("ami");
    await connector.store({ type: "link", sequence: 2, ami: amiDown });
    await connector.store({ type: "events", sequence: 3, events: [failed("a")] });
    await connector.store({ type: "link", sequence: 4, ami: { ...amiUp, asOf: 7_000 } });
    expect(await itemsAfter("ami", start)).toEqual([
      { type: "link", link: "down", asOf: amiDown.asOf },
      failed("a"),
      { type: "link", link: "up", asOf: 7_000 },
    ]);
  });

  it("a closed connection is published at once; its return restores the link", async () => {
    const connector = await TestUplink.start("closed", [count("support", 1)]);
    connector.close();
    await expect.poll(async () => (await statusOf("closed")).link).toBe("offline");
    expect(await snapshotOf("closed")).toMatchObject({ link: "offline", events: [count("support", 1)] });
    const back = await TestUplink.open("closed");
    back.send(hello("c1"));
    await back.next();
    expect(await statusOf("closed")).toMatchObject({ link: "up", connector: { online: true }, ami: { up: true } });
  });

  it("a silent connection is found by the alarm, and only a silent one", async () => {
    const connector = await TestUplink.start("silent", []);
    const stub = env.SITE.getByName("silent");
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect((await statusOf("silent")).link).toBe("up");
    const receivedAt = Date.now() - uplinkSilenceMs - 1;
    await setReceivedAt(stub, receivedAt);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect((await statusOf("silent")).link).toBe("up");
    // The first look has set the alarm for the second, which rings by itself.
    expect((await connector.closed).reason).toBe("unavailable");
    expect(await statusOf("silent")).toMatchObject({ link: "offline", asOf: receivedAt, connector: { online: false } });
  });

  it("a silent connection is found by the next call if the alarm is late", async () => {
    await TestUplink.start("late", []);
    const stub = env.SITE.getByName("late");
    const receivedAt = Date.now() - uplinkSilenceMs - 1;
    await setReceivedAt(stub, receivedAt);
    const { now } = Date;
    let aheadMs = uplinkSilenceMs + 2_000;
    const spy = vi.spyOn(Date, "now").mockImplementation(() => now() + aheadMs);
    onTestFinished(() => spy.mockRestore());
    await statusOf("late");
    // The second look (UP7).
    aheadMs += 2_000;
    await statusOf("late");
    expect(await statusOf("late")).toMatchObject({ link: "offline", asOf: receivedAt });
  });

  it("the alarm is set to ring within 15 s of the last ping", async () => {
    await TestUplink.start("ring", []);
    const ringsAt = await runInDurableObject(env.SITE.getByName("ring"), (_site, state) => state.storage.getAlarm());
    expect((ringsAt ?? Number.POSITIVE_INFINITY) - Date.now()).toBeLessThanOrEqual(15_000 - 2_000);
  });

  it("an alarm that never rang is set anew with the next request", async () => {
    await TestUplink.start("lost-alarm", []);
    const alarm = <Result>(act: (storage: DurableObjectStorage) => Promise<Result>) =>
      runInDurableObject(env.SITE.getByName("lost-alarm"), (_site, { storage }) => act(storage));
    await alarm((storage) => storage.deleteAlarm());
    const { now } = Date;
    const spy = vi.spyOn(Date, "now").mockImplementation(() => now() + uplinkSilenceMs + 2_000);
    onTestFinished(() => spy.mockRestore());
    await statusOf("lost-alarm");
    expect(await alarm((storage) => storage.getAlarm())).not.toBeNull();
  });

  it("sockets that a deployment cut without a close event are published as offline after waking", async () => {
    await TestUplink.start("deploy", []);
    await evictObject(env.SITE.getByName("deploy"), { webSockets: "close" });
    expect(await statusOf("deploy")).toMatchObject({ link: "offline", connector: { online: false, version: "0.1.0" } });
  });

  it("a connector's token ends", async () => {
    const connector = await TestUplink.open("token", { [expiryHeader]: String(Date.now() - 1) });
    expect(await runDurableObjectAlarm(env.SITE.getByName("token"))).toBe(true);
    expect((await connector.closed).reason).toBe("token_expired");
  });
});

describe("UP4–UP6 snapshots of the uplink", () => {
  const snapshot = (connector: TestUplink, sequence: number, events: readonly SiteEvent[], lost = 0) =>
    connector.store({ type: "snapshot", sequence, more: false, lost, ami: amiUp, events: [...events] });

  it("a restart of the connector keeps the epoch: only what differs is logged", async () => {
    const first = await TestUplink.start("restart", [count("a", 1), count("b", 1), member("1001", "a", "not_inuse")]);
    await first.store({ type: "events", sequence: 2, events: [failed("kept")] });
    const start = await cursorOf("restart");
    first.close();
    await expect.poll(async () => (await statusOf("restart")).link).toBe("offline");
    await TestUplink.start("restart", [count("a", 1), count("b", 2)], "c2", 2_000);
    const items = await itemsAfter("restart", start);
    expect(items.map((item) => item.type)).toEqual(["link", "link", "queueMemberStatus", "queueCount", "link"]);
    expect(items[2]).toMatchObject({ agent: "1001", queue: "a", status: "loggedoff" });
    expect(items[3]).toEqual(count("b", 2));
    expect(items.filter((item) => item.type === "link").map(({ link }) => link)).toEqual(["offline", "down", "up"]);
    expect((await snapshotOf("restart")).events).toEqual([count("a", 1), count("b", 2)]);
  });

  it("lost occurrences begin a new epoch, so that every cursor is answered by a snapshot", async () => {
    const connector = await TestUplink.start("lost", [count("a", 1)]);
    const start = await cursorOf("lost");
    await snapshot(connector, 2, [count("a", 2)], 3);
    const result = await siteOf(env, "lost").read(everything, start);
    expect(result).toMatchObject({ kind: "snapshot", link: "up", text: JSON.stringify(count("a", 2)) });
    expect(result.cursor.epoch).not.toBe(start.epoch);
    await evict("lost");
    expect(await siteOf(env, "lost").read(everything, result.cursor)).toEqual({
      kind: "events",
      cursor: result.cursor,
      items: [],
    });
    await connector.store({ type: "events", sequence: 3, events: [failed("a")] });
    expect(await itemsAfter("lost", result.cursor)).toEqual([failed("a")]);
  });

  it("UP5 5,000 members in parts, over an eviction between two parts", async () => {
    const members = Array.from({ length: 5_000 }, (_, index) => member(String(1_000 + index), "support", "not_inuse"));
    const names = Array.from({ length: 5_000 }, (_, index) => named(String(1_000 + index), `Agent ${index}`));
    const all = [...names, ...members];
    const connector = await TestUplink.open("parts");
    const start = await cursorOf("parts");
    connector.send(hello("c1"));
    await connector.next();
    for (let part = 0; part < 5; part++) {
      if (part === 3) await evict("parts");
      const events = all.slice(part * 2_000, (part + 1) * 2_000);
      expect((await snapshotOf("parts")).events).toEqual([]);
      await connector.store({ type: "snapshot", sequence: part + 1, more: part < 4, lost: 0, ami: amiUp, events });
    }
    expect((await snapshotOf("parts")).events).toEqual(all);
    await evict("parts");
    expect((await snapshotOf("parts")).events).toEqual(all);
    const items = await itemsAfter("parts", start);
    expect(items.filter((item) => item.type !== "link")).toEqual(all);
  });

  it("a bad frame within a snapshot voids its parts", async () => {
    const connector = await TestUplink.open("void");
    connector.send(hello("c1"));
    await connector.next();
    await connector.store({
      type: "snapshot",
      sequence: 1,
      more: true,
      lost: 0,
      ami: amiUp,
      events: [count("old", 1)],
    });
    connector.send("{");
    expect((await connector.closed).reason).toBe("bad_frame");
    const back = await TestUplink.open("void");
    back.send(hello("c1"));
    await back.next();
    await snapshot(back, 2, [count("new", 1)]);
    expect((await snapshotOf("void")).events).toEqual([count("new", 1)]);
  });
});

describe("ST3 an alarm that cannot be set, because storage is full", () => {
  it("is replaced by the object's own timer until it can be set", async () => {
    const site = "full-alarm";
    await TestUplink.start(site, [count("support", 1)]);
    const object = env.SITE.getByName(site);
    await runInDurableObject(object, async (instance: SiteObject, { storage }) => {
      const { setAlarm } = storage;
      storage.setAlarm = () => Promise.reject(new Error("database or disk is full: SQLITE_FULL"));
      await storage.deleteAlarm();
      // The alarm rings, and its turn sets the next one.
      await instance.alarm();
      expect(await storage.getAlarm()).toBe(null);
      storage.setAlarm = setAlarm;
      await expect.poll(() => storage.getAlarm(), { timeout: 10_000 }).not.toBe(null);
    });
  });
});
