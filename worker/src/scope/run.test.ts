import { describe, expect, it } from "vitest";
import type { Delivery, Part } from "../site/api.ts";
import { joinDeliveries } from "./run.ts";

const part = (first: number, last = first, text = `${first}`): Part => ({ kind: "events", first, last, text });
const delivery = (after: number, through: number, parts: readonly Part[] = [], epoch = "k"): Delivery => ({
  epoch,
  after,
  through,
  parts,
});
const gap = (at: number, epoch = "k") => delivery(at, at, [], epoch);

describe("ST1 what is delivered during a read becomes one delivery", () => {
  const first = delivery(3, 5, [part(4), part(5)]);
  it.each<[string, Delivery | null, Delivery, Delivery]>([
    ["the first one", null, first, first],
    ["the next one", first, delivery(5, 7, [part(6)]), delivery(3, 7, [part(4), part(5), part(6)])],
    ["one that begins earlier", first, delivery(4, 6, [part(5), part(6)]), delivery(3, 6, [part(4), part(5), part(6)])],
    ["a repetition", first, delivery(2, 5, [part(3), part(4)]), first],
    ["an older one", first, delivery(3, 4, [part(4)]), first],
    ["one behind a hole", first, delivery(6, 7, [part(7)]), gap(7)],
    ["a gap", first, gap(9), gap(9)],
    ["one after a gap", gap(9), delivery(9, 10, [part(10)]), delivery(9, 10, [part(10)])],
    ["one whose part lies across", first, delivery(4, 7, [part(5, 7)]), gap(7)],
    ["another epoch", first, delivery(0, 1, [part(1)], "l"), gap(1, "l")],
    ["too much", first, delivery(5, 6, [part(6, 6, "x".repeat(1_000_000))]), gap(6)],
  ])("%s", (_title, earlier, later, joined) => {
    expect(joinDeliveries(earlier, later)).toEqual(joined);
  });
});
