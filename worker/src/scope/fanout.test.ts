import { Event } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { Delivery, Sequenced } from "../site/api.ts";
import { groupBy, isBehind, planDelivery } from "./fanout.ts";
import { told } from "./testing/told.ts";

const item = (sequence: number): Sequenced => [sequence, Event.parse(told.failed(`a${sequence}`))];
const delivery: Delivery = { epoch: "k", after: 10, through: 20, items: [item(12), item(15), item(20)] };

describe("a delivery meets a position", () => {
  it.each<[string, string, number, unknown]>([
    ["of another epoch: read", "j", 15, { kind: "read" }],
    ["before its beginning: read what was missed", "k", 9, { kind: "read" }],
    ["at its beginning: all", "k", 10, { kind: "items", items: [item(12), item(15), item(20)] }],
    ["within it: the rest, nothing twice", "k", 15, { kind: "items", items: [item(20)] }],
    ["at its end: a repetition", "k", 20, { kind: "nothing" }],
    ["beyond its end: an old one", "k", 25, { kind: "nothing" }],
  ])("%s", (_title, epoch, sequence, plan) => {
    expect(planDelivery({ epoch, sequence }, delivery)).toEqual(plan);
  });

  it("a gap, which has no items, makes whoever is behind read, and nobody else", () => {
    const gap: Delivery = { epoch: "k", after: 20, through: 20, items: [] };
    expect(planDelivery({ epoch: "k", sequence: 19 }, gap).kind).toBe("read");
    expect(planDelivery({ epoch: "k", sequence: 20 }, gap).kind).toBe("nothing");
  });
});

it.each([
  [{ epoch: "k", sequence: 5 }, { epoch: "k", sequence: 6 }, true],
  [{ epoch: "k", sequence: 6 }, { epoch: "k", sequence: 6 }, false],
  [{ epoch: "k", sequence: 9 }, { epoch: "l", sequence: 1 }, true],
])("%o is behind %o: %s", (position, heard, behind) => {
  expect(isBehind(position, heard)).toBe(behind);
});

it("groups keep the order of their first members", () => {
  expect(groupBy(["b1", "a1", "b2"], (text) => text.charAt(0))).toEqual([["b1", "b2"], ["a1"]]);
});
