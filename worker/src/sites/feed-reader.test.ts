import { closeCodes } from "@pbxis/shared";
import { expect, it, vi } from "vitest";
import type { FeedFrame } from "./feed.ts";
import { FeedReader } from "./feed-reader.ts";

type Opening = "refused" | "closed" | Readonly<{ frames: readonly object[]; close?: number }>;

/** A reader of site `hq` whose object answers each opening as `openings` says, and the last one again and again. */
function readerOf(openings: readonly Opening[], since: string | null = null) {
  const put: FeedFrame[] = [];
  const sinces: (number | null)[] = [];
  const acks: string[] = [];
  const end = vi.fn<(reason: string) => void>();
  let next = 0;
  const reader = new FeedReader("hq", since, {
    put: (frame) => put.push(frame),
    end,
    askLink: async () => ({ link: "down", asOf: 3 }),
    open: async (_site, from) => {
      const opening = openings[Math.min(next++, openings.length - 1)] ?? "refused";
      sinces.push(from?.sequence ?? null);
      if (opening === "refused") return { ok: false, code: "unavailable", message: "away" };
      const { 0: ours, 1: theirs } = new WebSocketPair();
      theirs.accept();
      theirs.addEventListener("message", ({ data }) => acks.push(JSON.parse(String(data)).cursor));
      if (opening === "closed") theirs.close(closeCodes.unavailable.code, "unavailable");
      else {
        for (const frame of opening.frames) theirs.send(JSON.stringify(frame));
        if (opening.close) theirs.close(opening.close, "");
      }
      return { ok: true, socket: ours };
    },
  });
  void reader.run();
  const shown = () =>
    put.map(({ text }) => JSON.parse(text)).map(({ type, link, cursor }) => `${type} ${link ?? ""} ${cursor}`);
  return { reader, shown, sinces, acks, end };
}

const events = (cursor: string) => ({ type: "events", cursor, events: [] });
const snapshot = (cursor: string) => ({ type: "snapshot", cursor, link: "up", asOf: 1, events: [] });

it.each<[string, Opening]>([
  ["cannot be reached", "refused"],
  ["closes at once", "closed"],
])("AP15 a site that %s is offline, and is tried again", async (_title, opening) => {
  const { reader, shown, sinces } = readerOf([opening, { frames: [events("k-6")] }], "k-4");
  expect(await reader.first).toMatchObject({ ok: false, code: "unavailable" });
  await expect.poll(shown).toEqual(["link offline k-4", "events  k-6", "link down k-6"]);
  expect(sinces).toEqual([4, 4]);
  reader.stop();
});

it("a stream that breaks goes on from its last position, and acknowledgements go to the one that is open", async () => {
  const { reader, shown, sinces, acks } = readerOf([
    { frames: [snapshot("k-4"), events("k-5")], close: 1011 },
    { frames: [events("k-7")] },
  ]);
  expect(await reader.first).toEqual({ ok: true });
  await expect.poll(shown).toEqual(["snapshot up k-4", "events  k-5", "events  k-7"]);
  expect(sinces).toEqual([null, 5]);
  for (const cursor of ["k-7", "k-7"]) reader.acknowledge(cursor);
  await expect.poll(() => acks).toEqual(["k-7"]);
  reader.stop();
});

it.each(["token_expired", "resume_now", "too_fast", "bad_frame"] as const)(
  "%s ends the whole stream",
  async (reason) => {
    const { end, sinces } = readerOf([{ frames: [snapshot("k-4")], close: closeCodes[reason].code }]);
    await expect.poll(() => end.mock.calls).toEqual([[reason]]);
    expect(sinces).toHaveLength(1);
  },
);
