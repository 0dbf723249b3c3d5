import { expect, it } from "vitest";
import { FairQueue } from "./fair-queue.ts";
import { Feed, type FeedFrame } from "./feed.ts";

const snapshot = (cursor: string, link: "up" | "down" = "up") => ({
  kind: "frame" as const,
  text: JSON.stringify({ type: "snapshot", cursor, link, asOf: 5, events: [] }),
  cursor,
  empty: false,
  link: { link, asOf: 5 },
});
const events = (cursor: string, empty = false) => ({
  kind: "frame" as const,
  text: JSON.stringify({ type: "events", cursor, events: [] }),
  cursor,
  empty,
});
const linkFrame = (cursor: string, link: "up" | "down") => ({
  kind: "frame" as const,
  text: JSON.stringify({ type: "link", link, asOf: 6, cursor }),
  cursor,
  empty: false,
  link: { link, asOf: 6 },
});
const shown = (frames: readonly FeedFrame[]) => frames.map(({ text }) => JSON.parse(text));
const opened = (since: string | null) => {
  const feed = new Feed("hq", since);
  feed.onOpened();
  return feed;
};

it("AP15 frames are those of the site with its name", () => {
  const feed = opened(null);
  expect(feed.onFrame(snapshot("k-4"))).toEqual([
    {
      site: "hq",
      text: '{"type":"snapshot","cursor":"k-4","link":"up","asOf":5,"events":[],"site":"hq"}',
      cursor: "k-4",
      isNews: true,
    },
  ]);
  expect(feed.onFrame(events("k-5", true))).toMatchObject([{ cursor: "k-5", isNews: false }]);
  expect([feed.cursor, feed.needsLink]).toEqual(["k-5", false]);
});

it("ST3 a site that cannot be reached is offline once, and its link is sent when it can be again", () => {
  const feed = opened(null);
  feed.onFrame(snapshot("k-4"));
  expect(shown(feed.onUnreachable(9))).toEqual([{ type: "link", link: "offline", asOf: 9, cursor: "k-4", site: "hq" }]);
  expect(feed.onUnreachable(10)).toEqual([]);
  feed.onOpened();
  expect(shown(feed.onFrame(events("k-7")))).toEqual([
    { type: "events", cursor: "k-7", events: [], site: "hq" },
    { type: "link", link: "up", asOf: 5, cursor: "k-7", site: "hq" },
  ]);
  expect(shown(feed.onFrame(events("k-8")))).toHaveLength(1);
});

it("a site that was down stays as of then while it cannot be reached; one that is offline already says nothing", () => {
  const feed = opened(null);
  feed.onFrame(snapshot("k-4", "down"));
  expect(shown(feed.onUnreachable(9))).toMatchObject([{ link: "offline", asOf: 5 }]);
  const gone = opened(null);
  gone.onFrame({ ...snapshot("k-4"), link: { link: "offline", asOf: 5 } });
  expect(gone.onUnreachable(9)).toEqual([]);
});

it("after a short break nothing is said of a link that has not changed", () => {
  const feed = opened(null);
  feed.onFrame(snapshot("k-4"));
  feed.onOpened();
  expect(shown(feed.onFrame(events("k-5")))).toHaveLength(1);
});

it("a resumed stream needs the link, unless a change of it is among what was missed", () => {
  const feed = opened("k-4");
  expect(shown(feed.onFrame(events("k-6")))).toHaveLength(1);
  expect(feed.needsLink).toBe(true);
  expect(shown(feed.onLink({ link: "down", asOf: 7 }))).toMatchObject([{ link: "down", asOf: 7, cursor: "k-6" }]);
  expect(feed.needsLink).toBe(false);

  const changed = opened("k-4");
  changed.onFrame(events("k-6"));
  changed.onFrame(linkFrame("k-7", "down"));
  expect(changed.needsLink).toBe(false);
  expect(changed.onLink({ link: "up", asOf: 5 })).toEqual([]);
});

it("a site of which nothing is known has neither a position nor a time", () => {
  const feed = new Feed("hq", null);
  expect(shown(feed.onUnreachable(9))).toEqual([
    { type: "link", link: "offline", asOf: null, cursor: null, site: "hq" },
  ]);
});

it("AP15 a site that floods waits for its turn like every other", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a2", "a3"]) queue.put("a", item);
  queue.put("b", "b1");
  const taken = [queue.take(), queue.take()];
  queue.put("b", "b2");
  queue.put("c", "c1");
  while (taken.length < 6) taken.push(queue.take());
  expect(taken).toEqual(["a1", "b1", "a2", "b2", "c1", "a3"]);
  expect(queue.take()).toBe(undefined);
});
