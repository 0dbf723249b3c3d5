/** Section 9's message rates over real sockets: who floods is sent away with a code, and nobody else notices. */
import { closeCodes, type ServerFrame } from "@pbxis/shared";
import { expect, it, vi } from "vitest";
import { clientRate } from "./rate.ts";
import { openWebSocket } from "./testing/client.ts";
import { failed } from "./testing/events.ts";
import { flood } from "./testing/inbox.ts";
import { hello, TestUplink } from "./testing/uplink.ts";

/** Floods take their time on a machine that is busy otherwise. */
vi.setConfig({ testTimeout: 60_000 });

const path = (site: string) => `/v1/sites/${site}/events?agents=*&queues=*`;

it("a client that sends more than it could have to acknowledge is closed with too_fast; its neighbour is not", async () => {
  const site = "flood";
  const uplink = await TestUplink.start(site, []);
  const [flooding, quiet] = [await openWebSocket(path(site), { site }), await openWebSocket(path(site), { site })];
  const { cursor }: ServerFrame = await flooding.next();
  await quiet.next();
  const ended = flood(() => flooding.send(JSON.stringify({ type: "ack", cursor })), flooding.ended);
  expect(await ended).toMatchObject({ code: closeCodes.too_fast.code });
  await uplink.events(failed("after"));
  expect(await quiet.next()).toMatchObject({ events: [{ actionId: "after" }] });
});

it("a client may acknowledge every frame, however many it was sent", async () => {
  const site = "chatty";
  const uplink = await TestUplink.start(site, []);
  const client = await openWebSocket(path(site), { site });
  await client.next();
  const frames = clientRate.burst * 2;
  const cursors: string[] = [];
  for (let round = 0; round < frames; round++) {
    await uplink.events(failed(`f${round}`));
    cursors.push((await client.next()).cursor);
  }
  for (const cursor of cursors) client.send(JSON.stringify({ type: "ack", cursor }));
  await uplink.events(failed("last"));
  expect(await client.next()).toMatchObject({ events: [{ actionId: "last" }] });
});

it("a connector that floods is closed with too_fast, and may come back", async () => {
  const connector = await TestUplink.start("flooded", []);
  // Outcomes of an unknown command: frames that write nothing, so that the flood is faster than the disk.
  const outcome = { status: "done", result: {} } as const;
  const ended = flood(() => connector.send({ type: "outcome", id: "none", outcome }), connector.closed);
  expect(await ended).toMatchObject({ code: closeCodes.too_fast.code });
  const back = await TestUplink.open("flooded");
  back.send(hello("c1"));
  expect(await back.next()).toMatchObject({ type: "welcome", through: 1 });
  await back.store({ type: "events", sequence: 2, events: [] });
});
