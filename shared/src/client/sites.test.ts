import { describe, expect, it } from "vitest";
import { close, fakePlatform, receive } from "./fake-platform.ts";
import { connectSites } from "./sites.ts";
import { acknowledgeMs, reconnectBackoff } from "./stream-timing.ts";

const count = (queue: string, value: number) => ({
  type: "queueCount",
  queue,
  count: value,
  longestWaitSince: null,
  at: 1,
});
const failed = (actionId: string) => ({ type: "originateFailed", actionId, reason: "busy", at: 1 });
const snapshot = (site: string, cursor: string, ...events: object[]) => ({
  type: "snapshot",
  cursor,
  link: "up",
  asOf: 1,
  events,
  site,
});
const update = (site: string, cursor: string, ...events: object[]) => ({ type: "events", cursor, events, site });

/** A stream of hq and north that is live, and the calls of its handlers as text. */
async function live() {
  const here = fakePlatform();
  const calls: string[] = [];
  const client = connectSites({
    url: "https://edge.test",
    sites: ["hq", "north"],
    token: "t",
    platform: here.platform,
  });
  const watched = client.subscribe(
    { agents: "*", queues: ["support", "hq/sales"], summary: true },
    {
      onChange: ({ events }, site) => calls.push(`change ${site} ${events.length}`),
      onOccurrence: (event, site) => calls.push(`occurrence ${site} ${"actionId" in event && event.actionId}`),
      onGap: (site) => calls.push(`gap ${site}`),
      onLink: (link, asOf, site) => calls.push(`link ${site} ${link} ${asOf}`),
    },
  );
  await here.pass();
  receive(here.sockets[0], snapshot("hq", "k-4", count("support", 1), count("sales", 3)));
  receive(here.sockets[0], snapshot("north", "a-9", count("support", 2)));
  return { ...here, client, watched, calls };
}

describe("AP15: several sites in one stream", () => {
  it("opens one socket with a ticket for all sites, and has one mirror with each row's site", async () => {
    const { requests, sockets, watched, calls } = await live();
    expect(requests.map(({ url, body }) => [url, JSON.parse(body ?? "")])).toEqual([
      ["https://edge.test/v1/tickets", { sites: ["hq", "north"], agents: ["*"], queues: ["support", "hq/sales"] }],
    ]);
    expect(sockets.map(({ url }) => url)).toEqual([
      "wss://edge.test/v1/events?sites=hq%2Cnorth&agents=*&queues=support%2Chq%2Fsales&summary=1&ticket=tick",
    ]);
    expect(calls).toEqual(["change hq 2", "link hq up 1", "change north 1", "link north up 1"]);
    const rows = watched.state.queues().map(({ site, queue, count: waiting }) => [site, queue, waiting]);
    expect(rows).toEqual([
      ["hq", "support", 1],
      ["hq", "sales", 3],
      ["north", "support", 2],
    ]);
    expect(watched.state.site("north")?.queue("support")?.count).toBe(2);
    expect(watched.state.site("south")).toBe(undefined);
    expect([watched.state.sites(), watched.cursor()]).toEqual([["hq", "north"], "hq:k-4,north:a-9"]);
  });

  it("acknowledges all sites together", async () => {
    const { sockets, pass } = await live();
    expect(sockets[0]?.sent).toEqual(['{"type":"ack","cursor":"hq:k-4"}']);
    receive(sockets[0], update("north", "a-10", failed("x")));
    await pass(acknowledgeMs);
    expect(sockets[0]?.sent.at(-1)).toBe('{"type":"ack","cursor":"hq:k-4,north:a-10"}');
  });

  it("ST1 resumes at each site; a site whose epoch changed has a gap, and the other has none", async () => {
    const { sockets, pass, calls, watched } = await live();
    close(sockets[0], 1006);
    await pass(reconnectBackoff.baseMs);
    expect(sockets[1]?.url).toContain("since=hq%3Ak-4%2Cnorth%3Aa-9&ticket=tick");
    calls.length = 0;
    receive(sockets[1], update("hq", "k-6", failed("missed")));
    receive(sockets[1], { type: "link", link: "up", asOf: 1, cursor: "k-6", site: "hq" });
    receive(sockets[1], snapshot("north", "b-1", count("support", 7)));
    expect(calls).toEqual(["occurrence hq missed", "gap north", "change north 1"]);
    expect(sockets[1]?.sent[0]).toBe('{"type":"ack","cursor":"hq:k-6"}');
    expect(watched.cursor()).toBe("hq:k-6,north:b-1");
  });

  it("ST3 one site is offline at the position that it had, and is up again there", async () => {
    const { sockets, calls, watched } = await live();
    calls.length = 0;
    receive(sockets[0], { type: "link", link: "offline", asOf: 5, cursor: "a-9", site: "north" });
    expect([watched.link("hq"), watched.link("north")]).toEqual([
      { state: "up", asOf: 1 },
      { state: "offline", asOf: 5 },
    ]);
    receive(sockets[0], update("north", "a-9"));
    receive(sockets[0], { type: "link", link: "up", asOf: 1, cursor: "a-9", site: "north" });
    expect(calls).toEqual(["link north offline 5", "link north up 1"]);
    expect(watched.status()).toEqual({ kind: "live" });
  });

  it("a site that could never be reached is offline without a time", async () => {
    const here = fakePlatform();
    const client = connectSites({ url: "https://edge.test", sites: ["hq"], token: "t", platform: here.platform });
    const watched = client.subscribe({ queues: "*" });
    await here.pass();
    receive(here.sockets[0], { type: "link", link: "offline", asOf: null, cursor: null, site: "hq" });
    expect([watched.link("hq"), watched.cursor()]).toEqual([{ state: "offline", asOf: null }, null]);
    expect(here.sockets[0]?.sent).toEqual([]);
    receive(here.sockets[0], snapshot("hq", "k-1"));
    expect(watched.link("hq")).toEqual({ state: "up", asOf: 1 });
  });

  it("a frame of a site that was not requested breaks the stream", async () => {
    const { sockets, watched } = await live();
    receive(sockets[0], update("south", "k-5"));
    expect(watched.status()).toMatchObject({ kind: "waiting", reason: "the site sent an unreadable frame" });
  });

  it("each site has its own commands", async () => {
    const { client, requests } = await live();
    void client.site("north").command({ type: "hangup", agent: "1001" });
    await null;
    await null;
    await null;
    expect(requests.at(-1)?.url).toBe("https://edge.test/v1/sites/north/commands");
  });
});
