import type { Filter, SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { Delivery, Part } from "../site/api.ts";
import { ended, failed } from "../testing/events.ts";
import { everything } from "../testing/logged.ts";
import { groupBy, isBehind, narrowParts, partReader, planDelivery } from "./fanout.ts";

const part = (first: number, last = first): Part => {
  const events = Array.from({ length: last - first + 1 }, (_, index) => failed(`a${first + index}`));
  return { kind: "events", first, last, text: events.map((event) => JSON.stringify(event)).join(",") };
};
const link: Part = { kind: "link", first: 18, last: 18, text: '{"type":"link","link":"down","asOf":5}' };
const delivery: Delivery = { epoch: "k", after: 10, through: 20, parts: [part(12), part(15, 17), link] };

describe("a delivery meets a position", () => {
  it.each<[string, string, number, unknown]>([
    ["of another epoch: read", "j", 15, { kind: "read" }],
    ["before its beginning: read what was missed", "k", 9, { kind: "read" }],
    ["at its beginning: all", "k", 10, { kind: "parts", parts: delivery.parts }],
    ["between its parts: the rest, nothing twice", "k", 14, { kind: "parts", parts: [part(15, 17), link] }],
    ["at the end of a part: the rest", "k", 17, { kind: "parts", parts: [link] }],
    ["beyond its last part: nothing is left of it", "k", 18, { kind: "parts", parts: [] }],
    ["within a part: read the rest of it", "k", 16, { kind: "read" }],
    ["at its end: a repetition", "k", 20, { kind: "nothing" }],
    ["beyond its end: an old one", "k", 25, { kind: "nothing" }],
  ])("%s", (_title, epoch, sequence, plan) => {
    expect(planDelivery({ epoch, sequence }, delivery)).toEqual(plan);
  });

  it("a gap, which has no items, makes only sockets that are behind read", () => {
    const gap: Delivery = { epoch: "k", after: 20, through: 20, parts: [] };
    expect(planDelivery({ epoch: "k", sequence: 19 }, gap).kind).toBe("read");
    expect(planDelivery({ epoch: "k", sequence: 20 }, gap).kind).toBe("nothing");
  });
});

it("EV16 a filter without the claim callers lets no caller's number or name through", () => {
  const parts = [{ ...part(15, 17), text: JSON.stringify(ended("support", "1.1")) }];
  const seen = (filter: Filter) =>
    JSON.parse(narrowParts(parts, { filter, matches: () => true }, partReader())?.[0]?.text ?? "null");
  expect(seen(everything)).toEqual(ended("support", "1.1", { number: null, name: null }));
  expect(seen({ ...everything, callers: true })).toEqual(ended("support", "1.1"));
});

it("a filter that is narrower lets through what matches, and every change of the link", () => {
  const matches = (event: SiteEvent) => event.type === "originateFailed" && event.actionId === "a16";
  const narrowed = narrowParts(delivery.parts, { filter: everything, matches }, partReader());
  expect(narrowed).toEqual([{ ...part(15, 17), text: JSON.stringify(failed("a16")) }, link]);
});

it.each([
  [{ epoch: "k", sequence: 5 }, { epoch: "k", sequence: 6 }, true],
  [{ epoch: "k", sequence: 6 }, { epoch: "k", sequence: 6 }, false],
  [{ epoch: "k", sequence: 9 }, { epoch: "l", sequence: 1 }, true],
])("%o is behind %o: %s", (position, end, behind) => {
  expect(isBehind(position, end)).toBe(behind);
});

it("groups keep the order of their first members", () => {
  expect(groupBy(["b1", "a1", "b2"], (text) => text.charAt(0))).toEqual([["b1", "b2"], ["a1"]]);
});
