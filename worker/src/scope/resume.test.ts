import { describe, expect, it } from "vitest";
import type { LogItem, Part, Sequenced } from "../site/api.ts";
import { count, failed } from "../testing/events.ts";
import { collapse, framesOfItems, textsOfParts, textsOfResult } from "./resume.ts";

const down: LogItem = { type: "link", link: "down", asOf: 5 };
const up: LogItem = { type: "link", link: "up", asOf: 6 };
const waiting = (value: number): LogItem => count("support", value);

const through = (sequence: number) => ({ epoch: "k", sequence });

describe("from the log to frames", () => {
  it("consecutive events share a frame, a link change has its own, and the last has the end as its cursor", () => {
    const items: Sequenced[] = [
      [3, waiting(1)],
      [4, failed("a")],
      [6, down],
      [7, up],
      [9, waiting(2)],
    ];
    expect(framesOfItems(through(12), items).map(({ frame }) => frame)).toEqual([
      { type: "events", cursor: "k-4", events: [waiting(1), failed("a")] },
      { ...down, cursor: "k-6" },
      { ...up, cursor: "k-7" },
      { type: "events", cursor: "k-12", events: [waiting(2)] },
    ]);
  });

  it("the parts of a delivery make the same frames, unread", () => {
    const events = (first: number, ...items: LogItem[]): Part => {
      const text = items.map((item) => JSON.stringify(item)).join(",");
      return { kind: "events", first, last: first + items.length - 1, text };
    };
    const link = (at: number, item: LogItem): Part => ({ ...events(at, item), kind: "link" });
    const parts = [events(3, waiting(1)), events(4, failed("a")), link(6, down), link(7, up), events(9, waiting(2))];
    const frames = [
      { type: "events", cursor: "k-4", events: [waiting(1), failed("a")] },
      { ...down, cursor: "k-6" },
      { ...up, cursor: "k-7" },
      { type: "events", cursor: "k-12", events: [waiting(2)] },
    ];
    const texts = textsOfParts(through(12), parts);
    expect(texts.map(({ text }) => JSON.parse(text))).toEqual(frames);
    expect(texts.map(({ sequence }) => sequence)).toEqual([4, 6, 7, 12]);
    expect(textsOfParts(through(12), [])).toEqual([]);
  });

  it("what does not match makes no frame", () => {
    expect(framesOfItems(through(12), [])).toEqual([]);
  });

  it("ST1 a resume that missed nothing is an `events` frame without events; a filled gap is silent", () => {
    const nothing = { kind: "events", cursor: through(12), items: [] } as const;
    expect(textsOfResult(nothing, "start")).toEqual([
      { sequence: 12, text: '{"type":"events","cursor":"k-12","events":[]}' },
    ]);
    expect(textsOfResult(nothing, "every")).toEqual([]);
  });

  it("EV12 a snapshot is one frame", () => {
    const result = { kind: "snapshot", cursor: through(12), link: "down", asOf: 5, text: "1,2" } as const;
    expect(textsOfResult(result, "start")).toEqual([
      { sequence: 12, text: '{"type":"snapshot","cursor":"k-12","link":"down","asOf":5,"events":[1,2]}' },
    ]);
  });

  it("UP6 what followed the beginning of an epoch is sent behind its snapshot, which has the beginning's cursor", () => {
    const since = { begun: 8, items: [[9, failed("a")] as const, [11, failed("b")] as const] };
    const result = { kind: "snapshot", cursor: through(12), link: "up", asOf: 5, text: "1", since } as const;
    expect(textsOfResult(result, "every").map(({ sequence, text }) => [sequence, JSON.parse(text)])).toEqual([
      [8, { type: "snapshot", cursor: "k-8", link: "up", asOf: 5, events: [1] }],
      [12, { type: "events", cursor: "k-12", events: [failed("a"), failed("b")] }],
    ]);
  });
});

it("EV11 collapsing keeps the last of each state in its place, and every occurrence", () => {
  const items: Sequenced[] = [
    [1, waiting(1)],
    [2, failed("a")],
    [3, down],
    [4, failed("a")],
    [5, waiting(2)],
    [6, up],
  ];
  expect(collapse(items).map(([sequence]) => sequence)).toEqual([2, 4, 5, 6]);
});
