/**
 * The Site object and real scope objects together: what a client of a queue sees, whatever happens between the two
 * objects.
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { filterKey, type ServerFrame, uplinkProtocol } from "@pbxis/shared";
import { afterEach, describe, expect, it, vi } from "vitest";
import { encodeConnect } from "../../scope/connect.ts";
import { QueueObject } from "../../scope/queue-object.ts";
import { queueScope, subjectRef } from "../../scope/scope.ts";
import { count, failed, member } from "../../testing/events.ts";
import { evictObject } from "../../testing/evict.ts";
import { amiUp, TestUplink } from "../../testing/uplink.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const queueObject = (site: string) => env.QUEUE.getByName(subjectRef("queue", site, "support").name);

/** A client of the queue `support`; `next` is the next frame. */
async function watchQueue(site: string) {
  const filter = queueScope.interest("support", [{ agents: "*", queues: ["support"], summary: false, about: "queue" }]);
  const client = { since: null, expiresAt: null, acknowledges: true, holder: "somebody", maxClients: 1_000 };
  const info = { filter: filterKey(filter), ...client };
  const answer = await queueObject(site).fetch(encodeConnect(info));
  const socket = answer.webSocket;
  if (!socket) throw new Error(`the queue answered ${answer.status}`);
  const frames: ServerFrame[] = [];
  const waiting: (() => void)[] = [];
  socket.addEventListener("message", ({ data }) => {
    frames.push(JSON.parse(String(data)));
    waiting.shift()?.();
  });
  socket.accept();
  const next = async (): Promise<ServerFrame> => {
    for (;;) {
      const frame = frames.shift();
      if (frame) return frame;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { next, close: () => socket.close(1000) };
}

const routesOf = (site: string) =>
  runInDurableObject(env.SITE.getByName(site), (_object, { storage }) =>
    storage.sql.exec("SELECT * FROM route").toArray(),
  );

describe("ST1 from the uplink to a client", () => {
  it("what matches, in order, over evictions of both objects", async () => {
    const connector = await TestUplink.start("chain", [count("support", 1)]);
    const client = await watchQueue("chain");
    expect(await client.next()).toMatchObject({ type: "snapshot", link: "up", events: [count("support", 1)] });
    await connector.store({ type: "events", sequence: 2, events: [count("sales", 9), count("support", 2)] });
    expect(await client.next()).toMatchObject({ type: "events", events: [count("support", 2)] });
    await evictObject(env.SITE.getByName("chain"));
    await connector.store({ type: "events", sequence: 3, events: [member("1001", "support", "inuse")] });
    expect(await client.next()).toMatchObject({ type: "events", events: [member("1001", "support", "inuse")] });
    await evictObject(queueObject("chain"));
    await evictObject(env.SITE.getByName("chain"));
    await connector.store({ type: "events", sequence: 4, events: [failed("x")] });
    expect(await client.next()).toMatchObject({ type: "events", events: [failed("x")] });
    connector.close();
    expect(await client.next()).toMatchObject({ type: "link", link: "offline" });
  });

  it("a delivery that never arrived is made up for by the alarm, though nothing more happens", async () => {
    const connector = await TestUplink.start("repeat", [count("support", 1)]);
    const client = await watchQueue("repeat");
    await client.next();
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const deliver = vi.spyOn(QueueObject.prototype, "deliver").mockRejectedValueOnce(new Error("lost on the way"));
    await connector.store({ type: "events", sequence: 2, events: [failed("x"), count("support", 2)] });
    await expect.poll(() => deliver.mock.settledResults[0]?.type).toBe("rejected");
    // The alarm rings by itself, long before the one that looks for silence would.
    expect(await client.next()).toMatchObject({ type: "events", events: [failed("x"), count("support", 2)] });
  });

  it("a delivery whose answer was lost is not seen twice", async () => {
    const connector = await TestUplink.start("twice", [count("support", 1)]);
    const client = await watchQueue("twice");
    await client.next();
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const real = QueueObject.prototype.deliver;
    vi.spyOn(QueueObject.prototype, "deliver").mockImplementationOnce(async function (this: QueueObject, delivery) {
      await real.call(this, delivery);
      throw new Error("the answer is lost");
    });
    await connector.store({ type: "events", sequence: 2, events: [failed("x")] });
    expect(await client.next()).toMatchObject({ type: "events", events: [failed("x")] });
    await expect.poll(() => runDurableObjectAlarm(env.SITE.getByName("twice"))).toBe(true);
    await connector.store({ type: "events", sequence: 3, events: [failed("y")] });
    expect(await client.next()).toMatchObject({ type: "events", events: [failed("y")] });
  });

  it("UP6 after lost occurrences the client gets a snapshot of another epoch", async () => {
    const connector = await TestUplink.start("loss", [count("support", 1)]);
    const client = await watchQueue("loss");
    const first = await client.next();
    const events = [count("support", 5)];
    await connector.store({ type: "snapshot", sequence: 2, more: false, lost: 1, ami: amiUp, events });
    const second = await client.next();
    expect(second).toMatchObject({ type: "snapshot", events });
    expect(second.cursor.split("-")[0]).not.toBe(first.cursor.split("-")[0]);
  });

  it("UP4 a client that was there before the connector gets all of a snapshot that is too large for one delivery", async () => {
    const client = await watchQueue("early");
    expect(await client.next()).toMatchObject({ type: "snapshot", link: "offline", events: [] });
    const members = Array.from({ length: 5_000 }, (_, index) => member(String(1_000 + index), "support", "not_inuse"));
    const connector = await TestUplink.open("early");
    connector.send({ type: "hello", protocol: uplinkProtocol, epoch: "c1", startedAt: 1, connectorVersion: "0" });
    await connector.next();
    for (const [part, from] of [0, 2_000, 4_000].entries()) {
      const events = members.slice(from, from + 2_000);
      await connector.store({ type: "snapshot", sequence: part + 1, more: part < 2, lost: 0, ami: amiUp, events });
    }
    const seen: unknown[] = [];
    let link = "offline";
    while (link !== "up") {
      const frame = await client.next();
      if (frame.type === "events") seen.push(...frame.events);
      if (frame.type === "link") link = frame.link;
    }
    expect(seen).toEqual(members);
  });
});

describe("routes", () => {
  it("survive an eviction, and are removed after the last client has left", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const connector = await TestUplink.start("gone", []);
    const client = await watchQueue("gone");
    await client.next();
    await evictObject(env.SITE.getByName("gone"));
    expect(await routesOf("gone")).toHaveLength(1);
    client.close();
    await expect.poll(async () => (await routesOf("gone")).length).toBe(0);
    await connector.store({ type: "events", sequence: 2, events: [failed("x")] });
  });
});
