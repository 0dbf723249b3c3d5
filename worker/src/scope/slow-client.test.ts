import { env } from "cloudflare:workers";
import { closeCodes, filterKey, type ServerFrame } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { openWebSocket, type SocketStream } from "../testing/client.ts";
import { failed, named } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { TestUplink } from "../testing/uplink.ts";
import { cutBytes, windowBytes } from "./flow.ts";
import { channelRef } from "./scope.ts";

const path = (site: string) => `/v1/sites/${site}/events?agents=*&queues=*`;
const large = "x".repeat(20_000);
const actionsOf = (frames: readonly ServerFrame[]) =>
  frames.flatMap((frame) =>
    frame.type === "link" ? [] : frame.events.flatMap((e) => ("actionId" in e ? e.actionId : [])),
  );
const namesOf = (frames: readonly ServerFrame[]) =>
  frames.flatMap((frame) => (frame.type === "link" ? [] : frame.events.filter(({ type }) => type === "agentName")));
const ack = (client: SocketStream, cursor: string) => client.send(JSON.stringify({ type: "ack", cursor }));

async function take(client: SocketStream, last: string): Promise<ServerFrame[]> {
  const frames: ServerFrame[] = [];
  while (actionsOf(frames).at(-1) !== last) frames.push(await client.next());
  return frames;
}

describe("ST4 slow clients do not affect others", () => {
  it.each(["awake", "evicted meanwhile"])(
    "one behind its window is sent no more, and catches up with states collapsed and every occurrence (%s)",
    async (memory) => {
      const site = `slow-${memory.slice(0, 5)}`;
      const uplink = await TestUplink.start(site, []);
      const [slow, quick] = [await openWebSocket(path(site), { site }), await openWebSocket(path(site), { site })];
      ack(slow, (await slow.next()).cursor);
      await quick.next();
      const rounds = 30;
      for (let round = 0; round < rounds; round++)
        await uplink.events(named("1001", `${round}${large}`), failed(`f${round}`));
      // The quick one has all of it, so what the slow one was sent is on its way too.
      const all = await take(quick, `f${rounds - 1}`);
      const first = slow.inbox.drain().map((text): ServerFrame => JSON.parse(text));
      const bytes = first.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
      expect(bytes).toBeGreaterThanOrEqual(windowBytes);
      expect(bytes).toBeLessThan(windowBytes + 25_000);
      if (memory !== "awake") {
        const key = filterKey({ agents: "*", queues: "*", summary: false, about: null });
        await evictObject(env.CHANNEL.getByName((await channelRef(site, key)).name));
      }
      ack(slow, first.at(-1)?.cursor ?? "");
      const rest = await take(slow, `f${rounds - 1}`);
      expect(actionsOf([...first, ...rest])).toEqual(actionsOf(all));
      expect(namesOf(rest)).toEqual([expect.objectContaining({ name: `${rounds - 1}${large}` })]);
      await uplink.events(failed("and on it goes"));
      expect(actionsOf([await slow.next()])).toEqual(["and on it goes"]);
    },
  );

  it("one that never acknowledges is cut with resume_now, and its cursor leads on", async () => {
    const site = "silent";
    const uplink = await TestUplink.start(site, []);
    const silent = await openWebSocket(path(site), { site });
    let { cursor } = await silent.next();
    const seen: ServerFrame[] = [];
    const huge = "x".repeat(400_000);
    const rounds = Math.ceil(cutBytes / huge.length) + 2;
    for (let round = 0; round < rounds; round++)
      await uplink.events(named("1001", `${round}${huge}`), failed(`f${round}`));
    expect(await silent.ended).toEqual({ code: closeCodes.resume_now.code, reason: "resume_now" });
    for (const text of silent.inbox.drain()) seen.push(JSON.parse(text));
    cursor = seen.at(-1)?.cursor ?? cursor;
    const resumed = await openWebSocket(`${path(site)}&since=${cursor}`, { site });
    seen.push(...(await take(resumed, `f${rounds - 1}`)));
    expect(actionsOf(seen)).toEqual(Array.from({ length: rounds }, (_, round) => `f${round}`));
  });
});
