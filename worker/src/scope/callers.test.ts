/** EV16, EV20: who a caller is is shown only to tokens with the claim `callers`, on every path and transport. */
import { exports } from "cloudflare:workers";
import type { ServerFrame } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { get, openSse, openWebSocket, type Stream } from "../testing/client.ts";
import { count, ended, failed, waiting } from "../testing/events.ts";
import { Inbox } from "../testing/inbox.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";

const origin = "https://edge.test";

async function poll(path: string, claims: TestClaims, since: string): Promise<ServerFrame> {
  return (await get(`${path}${path.includes("?") ? "&" : "?"}since=${since}&wait=5`, { claims })).json();
}

/** The numbers and names of the next frame's ended waits. */
function callersIn(frame: ServerFrame): (string | null)[] {
  if (frame.type === "link") return [];
  return frame.events.flatMap((event) => (event.type === "queueCallEnded" ? [event.number, event.name] : []));
}

const shown = ["+14155550100", "Alice"];
const hidden = [null, null];

describe("EV16 the claim callers", () => {
  it.each(["/events?agents=*&queues=*", "/queues/support/events"])("%s, live and after a resume", async (path) => {
    const site = `callers-${path.length}`;
    const uplink = await TestUplink.start(site, []);
    const full = `/v1/sites/${site}${path}`;
    const open = async (claims: TestClaims): Promise<Stream[]> => [
      await openWebSocket(full, { site, ...claims }),
      await openSse(full, { site, ...claims }),
    ];
    // Both kinds of client share a queue's object. Two clients of a kind share their frames.
    const streams = await Promise.all(
      [{}, { callers: false }, { callers: true }, { callers: true }].map((claims) => open(claims)),
    );
    const cursors = await Promise.all(streams.flat().map(async (stream) => (await stream.next()).cursor));
    const since = cursors[0] as string;
    const polls = [poll(full, { site }, since), poll(full, { site, callers: true }, since)];
    await uplink.events(ended("support", "1.1"));
    for (const [index, stream] of streams.flat().entries())
      expect(callersIn(await stream.next())).toEqual(index < 4 ? hidden : shown);
    expect((await Promise.all(polls)).map(callersIn)).toEqual([hidden, shown]);
    for (const [claims, seen] of [
      [{ site }, hidden],
      [{ site, callers: true }, shown],
    ] as const) {
      const again = await openWebSocket(`${full}${path.includes("?") ? "&" : "?"}since=${since}`, claims);
      expect(callersIn(await again.next())).toEqual(seen);
      expect(callersIn(await poll(full, claims, since))).toEqual(seen);
    }
  });

  it("a ticket has it from the token that made it", async () => {
    const site = "callers-ticket";
    const uplink = await TestUplink.start(site, []);
    const streams = [];
    for (const callers of [false, true]) {
      const response = await exports.default.fetch(`${origin}/v1/sites/${site}/tickets`, {
        method: "POST",
        headers: { authorization: `Bearer ${await signToken({ site, callers })}` },
      });
      const { ticket } = (await response.json()) as { ticket: string };
      const got = await get(`/v1/sites/${site}/events?agents=*&queues=*&ticket=${ticket}`, {
        claims: null,
        headers: { upgrade: "websocket" },
      });
      streams.push(got);
    }
    expect(streams.map(({ status }) => status)).toEqual([101, 101]);
    const inboxes = streams.map(({ webSocket }) => new Inbox(webSocket as WebSocket));
    for (const inbox of inboxes) await inbox.text();
    await uplink.events(ended("support", "1.1"));
    const frames = await Promise.all(inboxes.map(async (inbox) => JSON.parse(await inbox.text())));
    expect(frames.map(callersIn)).toEqual([hidden, shown]);
  });
});

describe("EV20 who waits in a queue", () => {
  /** The uniqueIds of the frame's lists, by queue. */
  const listsIn = (frame: ServerFrame) =>
    frame.type === "link"
      ? {}
      : Object.fromEntries(
          frame.events.flatMap((event) =>
            event.type === "queueCallers" ? [[event.queue, event.callers.map(({ uniqueId }) => uniqueId)]] : [],
          ),
        );
  const all = "/events?agents=*&queues=*";
  const one = "/queues/support/events";

  it("without the claim callers=1 is 403 on each path, and a value that is no switch is 400", async () => {
    const site = "waiting-claim";
    await TestUplink.start(site, []);
    const status = async (path: string, claims: TestClaims) =>
      (await get(`/v1/sites/${site}${path}`, { claims })).status;
    for (const path of [`${all}&callers=1`, `${one}?callers=1`, "/state?queues=*&callers=1"]) {
      expect(await status(path, { site })).toBe(403);
      expect(await status(path, { site, callers: true })).toBe(200);
    }
    expect(await status("/state?callers=yes", { site, callers: true })).toBe(400);
  });

  it.each([all, one])("%s sends it only to those who asked, live, in snapshots and after a resume", async (path) => {
    const site = `waiting-${path.length}`;
    const full = `/v1/sites/${site}${path}`;
    const asking = `${full}${path.includes("?") ? "&" : "?"}callers=1`;
    const uplink = await TestUplink.start(site, [count("support", 1), waiting("support", "1.1")]);
    const claims = { site, callers: true };
    const [asked, silent] = [await openWebSocket(asking, claims), await openWebSocket(full, claims)];
    const [first, other] = [await asked.next(), await silent.next()];
    expect([listsIn(first), listsIn(other)]).toEqual([{ support: ["1.1"] }, {}]);
    for (const ids of [["1.1", "2.2"], ["2.2"], ["2.2", "3.3"]]) {
      await uplink.events(waiting("support", ...ids));
      expect(listsIn(await asked.next())).toEqual({ support: ids });
    }
    await uplink.events(failed("x"));
    expect(await asked.next()).toMatchObject({ events: [failed("x")] });
    expect(await silent.next()).toMatchObject({ events: [failed("x")] });
    const since = `${first.cursor}`;
    expect(await poll(asking, claims, since)).toMatchObject({
      events: [waiting("support", "2.2", "3.3"), failed("x")],
    });
    expect(await poll(full, claims, since)).toMatchObject({ events: [failed("x")] });
    const state = (await get(`/v1/sites/${site}/state?queues=*&callers=1`, { claims })).json() as Promise<ServerFrame>;
    expect(await state).toMatchObject({ events: [count("support", 1), waiting("support", "2.2", "3.3")] });
  });
});
