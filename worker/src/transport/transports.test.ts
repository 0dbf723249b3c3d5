import type { ServerFrame } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { openSse, openWebSocket, pollStream, type Stream } from "../testing/client.ts";
import { count, failed } from "../testing/events.ts";
import { TestUplink } from "../testing/uplink.ts";

const transports: [string, (path: string, site: string) => Promise<Stream>][] = [
  ["WebSocket", (path, site) => openWebSocket(path, { site })],
  ["SSE", (path, site) => openSse(path, { site })],
  ["long poll", async (path, site) => pollStream(path, { site })],
];

/** Events and link changes in the order received, up to the event named `last`. */
async function readUntil(stream: Stream, last: string): Promise<string[]> {
  const received: string[] = [];
  while (received.at(-1) !== last) received.push(...namesIn(await stream.next()));
  return received;
}

function namesIn(frame: ServerFrame): string[] {
  if (frame.type === "link") return [`link ${frame.link}`];
  return frame.events.map((event) => ("actionId" in event ? event.actionId : event.type));
}

describe("AP1, ST2: one stream, three transports", () => {
  it("all send the same events and link changes in the same order", async () => {
    const site = "three";
    const uplink = await TestUplink.start(site, [count("support", 0)]);
    const path = `/v1/sites/${site}/events?agents=*&queues=support`;
    const streams = await Promise.all(transports.map(([, open]) => open(path, site)));
    for (const stream of streams) expect(await stream.next()).toMatchObject({ type: "snapshot", link: "up" });
    await uplink.events(failed("a"), count("support", 1), failed("b"));
    await uplink.link("down");
    await uplink.events(count("sales", 1));
    await uplink.link("up");
    await uplink.events(failed("end"));
    const received = await Promise.all(streams.map((stream) => readUntil(stream, "end")));
    for (const names of received) expect(names).toEqual(["a", "queueCount", "b", "link down", "link up", "end"]);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it.each(transports)("ST1 %s resumes without loss or duplicates", async (name, open) => {
    const site = `resume-${name.replace(" ", "-")}`;
    const uplink = await TestUplink.start(site, []);
    const path = `/v1/sites/${site}/events?agents=*&queues=*`;
    const before = await open(path, site);
    const { cursor } = await before.next();
    await before.close();
    await uplink.events(failed("while away"));
    await uplink.link("down");
    await uplink.events(failed("still away"));
    const after = await open(`${path}&since=${cursor}`, site);
    expect(await readUntil(after, "still away")).toEqual(["while away", "link down", "still away"]);
    await after.close();
  });
});
