import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { closeCodes, filterKey, type ServerFrame } from "@pbxis/shared";
import { describe, expect, it, vi } from "vitest";
import { openSse, openWebSocket } from "../testing/client.ts";
import { complete, count, failed, member, named, summary } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { TestUplink } from "../testing/uplink.ts";
import { channelRef, subjectRef } from "./scope.ts";

const everything = filterKey({ agents: "*", queues: "*", summary: false, about: null });
const events = (site: string) => `/v1/sites/${site}/events?agents=*&queues=*`;
const channelOf = async (site: string) => env.CHANNEL.getByName((await channelRef(site, everything)).name);
const nextSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

const types = (frame: ServerFrame) => (frame.type === "link" ? [] : frame.events.map(({ type }) => type));

describe("AP2 streams of one queue and one agent", () => {
  it("have every event whose scope names it, and those without scope, each on its own object", async () => {
    const site = "ap2";
    const uplink = await TestUplink.start(site, [
      named("1001", "Ann"),
      member("1001", "support", "not_inuse"),
      member("1001", "sales", "paused"),
      count("support", 2),
      count("sales", 3),
    ]);
    const queue = await openWebSocket(`/v1/sites/${site}/queues/support/events`, { site });
    const agent = await openWebSocket(`/v1/sites/${site}/agents/1001/events`, { site });
    expect(types(await queue.next())).toEqual(["queueMemberStatus", "queueCount"]);
    expect(types(await agent.next())).toEqual(["agentName", "queueMemberStatus", "queueMemberStatus"]);
    await uplink.events(count("support", 3), count("sales", 4), complete("1001", "u1"), failed("f1"));
    expect(types(await queue.next())).toEqual(["queueCount", "originateFailed"]);
    expect(types(await agent.next())).toEqual(["agentComplete", "originateFailed"]);
    const sockets = (stub: DurableObjectStub) => runInDurableObject(stub, (_, state) => state.getWebSockets().length);
    expect(await sockets(env.QUEUE.getByName(subjectRef("queue", site, "support").name))).toBe(1);
    expect(await sockets(env.AGENT.getByName(subjectRef("agent", site, "1001").name))).toBe(1);
  });

  it("are narrowed by each client's own grant; EV9 summaries only on request", async () => {
    const site = "narrow";
    const uplink = await TestUplink.start(site, []);
    const path = `/v1/sites/${site}/queues/support/events`;
    const own = await openWebSocket(path, { site, agents: ["1001"], queues: ["support"] });
    const all = await openWebSocket(`${path}?summary=1`, { site });
    await own.next();
    await all.next();
    await uplink.events(member("1002", "support", "inuse"), summary("support", 7), failed("end"));
    expect(types(await own.next())).toEqual(["originateFailed"]);
    expect(types(await all.next())).toEqual(["queueMemberStatus", "queueSummary", "originateFailed"]);
  });
});

describe("resume", () => {
  it("ST1 from another epoch is a snapshot, from this one an `events` frame, empty if nothing was missed", async () => {
    const site = "st1";
    await TestUplink.start(site, [count("support", 1)]);
    const first = await openWebSocket(events(site), { site });
    const { cursor } = await first.next();
    const other = await openWebSocket(`${events(site)}&since=other-1`, { site });
    expect(await other.next()).toMatchObject({ type: "snapshot", cursor });
    const ahead = await openWebSocket(`${events(site)}&since=${cursor}0000`, { site });
    expect(await ahead.next()).toMatchObject({ type: "snapshot", cursor });
    const same = await openWebSocket(`${events(site)}&since=${cursor}`, { site });
    expect(await same.next()).toEqual({ type: "events", cursor, events: [] });
  });

  it("ST1 a link change alone is answered by it and an empty events frame", async () => {
    const site = "st1-link";
    const uplink = await TestUplink.start(site, []);
    const first = await openWebSocket(events(site), { site });
    const { cursor } = await first.next();
    await uplink.link("down");
    const resumed = await openWebSocket(`${events(site)}&since=${cursor}`, { site });
    expect(await resumed.next()).toMatchObject({ type: "link", link: "down" });
    expect(await resumed.next()).toMatchObject({ type: "events", events: [] });
  });

  it("UP6 a new epoch of the site reaches connected clients as a snapshot", async () => {
    const site = "epochs";
    const uplink = await TestUplink.start(site, [count("support", 1)]);
    const client = await openWebSocket(events(site), { site });
    const before = await client.next();
    await uplink.snapshot([count("support", 5)], 2);
    const after = await client.next();
    expect(after).toMatchObject({ type: "snapshot", events: [{ count: 5 }] });
    expect(after.cursor.split("-")[0]).not.toBe(before.cursor.split("-")[0]);
    await uplink.events(failed("next"));
    expect(types(await client.next())).toEqual(["originateFailed"]);
  });
});

describe("what clients send", () => {
  it.each<[string, string | ArrayBuffer]>([
    ["no JSON", "{"],
    ["an unknown type", '{"type":"hello"}'],
    ["no cursor", '{"type":"ack","cursor":"41"}'],
    ["bytes", new ArrayBuffer(4)],
    ["too much", `{"type":"ack","cursor":"k-1","padding":"${"x".repeat(4096)}"}`],
  ])("%s closes with bad_frame", async (_title, message) => {
    const site = "bad";
    const client = await openWebSocket(events(site), { site });
    await client.next();
    client.send(message);
    expect(await client.ended).toEqual({ code: closeCodes.bad_frame.code, reason: "bad_frame" });
  });

  it("ST4 an acknowledgement of what was never sent closes with bad_frame", async () => {
    const site = "liar";
    const client = await openWebSocket(events(site), { site });
    const { cursor } = await client.next();
    client.send(JSON.stringify({ type: "ack", cursor: `${cursor}9` }));
    expect((await client.ended).reason).toBe("bad_frame");
  });

  it("ping is answered, also when the object sleeps", async () => {
    const site = "ping";
    const client = await openWebSocket(events(site), { site });
    await client.next();
    await evictObject(await channelOf(site));
    client.send("ping");
    expect(await client.inbox.text()).toBe("pong");
  });
});

describe("the end of a grant", () => {
  it("closes with token_expired although nothing happens, over evictions, and only whose grant has ended", async () => {
    const site = "expiry";
    await TestUplink.start(site, []);
    const long = await openWebSocket(events(site), { site, exp: nextSeconds(3600) });
    const [soon, later] = await Promise.all(
      [1, 2].map((seconds) => openWebSocket(events(site), { site, exp: nextSeconds(seconds) })),
    );
    await long.next();
    // On a slow machine a grant may end before the first message.
    for (const client of [soon, later]) await client?.next().catch(() => {});
    const stub = await channelOf(site);
    for (const client of [soon, later]) {
      await evictObject(stub);
      await evictObject(env.SITE.getByName(site));
      expect(await client?.ended).toEqual({ code: closeCodes.token_expired.code, reason: "token_expired" });
    }
    long.send("ping");
    expect(await long.inbox.text()).toBe("pong");
    expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).toBeNull();
  });
});

describe("when the last client has left", () => {
  it.each(["WebSocket", "SSE", "asleep"])(
    "%s: the site removes the route, and the object keeps nothing",
    async (transport) => {
      vi.spyOn(Math, "random").mockReturnValue(0);
      const site = `gone-${transport}`;
      await TestUplink.start(site, []);
      const claims = { site, exp: nextSeconds(3600) };
      const client =
        transport === "SSE" ? await openSse(events(site), claims) : await openWebSocket(events(site), claims);
      await client.next();
      const stub = await channelOf(site);
      if (transport === "asleep") await evictObject(stub);
      await client.close();
      const routes = () =>
        runInDurableObject(env.SITE.getByName(site), (_, { storage }) =>
          storage.sql.exec("SELECT * FROM route").toArray(),
        );
      await expect.poll(routes).toEqual([]);
      expect(await runInDurableObject(stub, (_, state) => state.getWebSockets().length)).toBe(0);
    },
  );
});
