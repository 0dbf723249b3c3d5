/** The objects that serve the subscriptions beyond a holder's own (section 9 of PROTOCOL.md). */
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { ServerFrame } from "@pbxis/shared";
import { expect, it } from "vitest";
import { get, openWebSocket, pollOnce } from "../testing/client.ts";
import { complete, count, failed, member } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { TestUplink } from "../testing/uplink.ts";
import { subjectRef } from "./scope.ts";

/** Agents and queues of a frame's events, or their types where they name neither. */
const named = (frame: ServerFrame) =>
  frame.type === "link"
    ? []
    : frame.events.map((event) => ("agent" in event ? event.agent : "queue" in event ? event.queue : event.type));

/** Uses up the objects of its own that a holder may have. */
async function greedy(site: string, pathOf: (name: string) => string): Promise<void> {
  for (let index = 0; index < 60; index++) await pollOnce(pathOf(`invented-${index}`), { site, sub: "greedy" });
}

const kinds = [
  ["queue", env.QUEUE, (site: string, name: string) => `/v1/sites/${site}/queues/${name}/events?wait=0`],
  ["agent", env.AGENT, (site: string, name: string) => `/v1/sites/${site}/agents/${name}/events?wait=0`],
  ["channel", env.CHANNEL, (site: string, name: string) => `/v1/sites/${site}/events?agents=${name}&wait=0`],
] as const;

it.each(kinds)(
  "a holder's invented subscriptions make few %s objects, which store nothing",
  async (kind, space, pathOf) => {
    const site = `few-${kind}`;
    await TestUplink.start(site, []);
    const before = new Set((await listDurableObjectIds(space)).map(String));
    await greedy(site, (name) => pathOf(site, name));
    const made = (await listDurableObjectIds(space)).filter((id) => !before.has(String(id)));
    expect(made.length).toBeGreaterThan(8);
    expect(made.length).toBeLessThanOrEqual(32 + 8);
    for (const id of made)
      await runInDurableObject(space.get(id) as unknown as DurableObjectStub, async (_, { storage }) => {
        expect(await storage.getAlarm()).toBeNull();
        expect([
          ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'"),
        ]).toEqual([]);
      });
  },
);

it("AP2 EV10 each client of a shared object receives its own events, all of them, in order", async () => {
  const site = "shared";
  for (const [, , pathOf] of kinds) await greedy(site, (name) => pathOf(site, name));
  // Not before: an uplink that is silent for long is closed.
  const uplink = await TestUplink.start(site, [member("1001", "support", "inuse"), count("support", 1)]);
  const claims = { site, sub: "greedy" };
  const queues = await Promise.all(
    ["support", "sales", "invented-70"].map((name) => openWebSocket(`/v1/sites/${site}/queues/${name}/events`, claims)),
  );
  const agents = await Promise.all(
    ["1001", "1002", "1003"].map((name) => openWebSocket(`/v1/sites/${site}/agents/${name}/events`, claims)),
  );
  const channels = await Promise.all(
    ["1001", "1001,1002", "1003"].map((names) => openWebSocket(`/v1/sites/${site}/events?agents=${names}`, claims)),
  );
  const all = [...queues, ...agents, ...channels];
  const first = await Promise.all(all.map(async (stream) => named(await stream.next())));
  expect(first).toEqual([["1001", "support"], [], [], ["1001"], [], [], [], [], []]);
  const own = subjectRef("agent", site, "1001").name;
  expect((await listDurableObjectIds(env.AGENT)).map(String)).not.toContain(String(env.AGENT.idFromName(own)));

  await uplink.events(complete("1001", "u1"), complete("1002", "u2"), count("sales", 5), failed("f1"));
  const second = await Promise.all(all.map(async (stream) => named(await stream.next())));
  expect(second).toEqual([
    ["originateFailed"],
    ["sales", "originateFailed"],
    ["originateFailed"],
    ["1001", "originateFailed"],
    ["1002", "originateFailed"],
    ["originateFailed"],
    ["1001", "originateFailed"],
    ["1001", "1002", "originateFailed"],
    ["originateFailed"],
  ]);

  // Without memory, too.
  for (const space of [env.QUEUE, env.AGENT, env.CHANNEL])
    for (let index = 0; index < 8; index++)
      await evictObject(space.getByName(`${site}/+${index}`) as unknown as DurableObjectStub).catch(() => {});
  await uplink.events(complete("1003", "u3"), failed("f2"));
  const third = await Promise.all(all.map(async (stream) => named(await stream.next())));
  expect(third.map((names) => names.at(-1))).toEqual(all.map(() => "originateFailed"));
  expect(third[5]).toEqual(["1003", "originateFailed"]);
  expect(third[8]).toEqual(["1003", "originateFailed"]);
  expect(third.filter((names) => names.length === 1)).toHaveLength(all.length - 2);
});

it("a poll lasts no longer than its grant", async () => {
  const site = "short-poll";
  await TestUplink.start(site, []);
  const path = `/v1/sites/${site}/agents/1001/events`;
  const { cursor } = await pollOnce(path, { site });
  const exp = Math.ceil(Date.now() / 1000) + 1;
  const answer = await get(`${path}?since=${cursor}&wait=25`, { claims: { site, exp } });
  expect(await answer.json()).toMatchObject({ type: "events", events: [] });
});
