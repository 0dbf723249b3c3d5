import { describe, expect, it } from "vitest";
import { addOccurrence, completionText, maxUnparked, type ParkingEnds } from "./recent.ts";

const parking = (parkingSpace: string, at = 1) => ({ channel: "PJSIP/trunk-1", callerId: "555", parkingSpace, at });

describe("the ends of parked calls", () => {
  it.each(["unParkedCall", "parkedCallTimeOut", "parkedCallGiveUp"] as const)("are kept, newest first: %s", (type) => {
    let ends: ParkingEnds = addOccurrence([], { type: "parkedCall", ...parking("701") });
    expect(ends).toEqual([]);
    for (let at = 2; at < 30; at++) ends = addOccurrence(ends, { type, ...parking("701", at) });
    expect(ends).toHaveLength(maxUnparked);
    expect(ends[0]).toMatchObject({ type, at: 29 });
  });

  it("ignore other events", () => {
    const none: ParkingEnds = [];
    expect(addOccurrence(none, { type: "originateFailed", actionId: "a", reason: "busy", at: 1 })).toBe(none);
  });
});

it.each([
  ["agent", "ended by the agent"],
  ["transfer", "transferred"],
  ["other", "other"],
  [null, null],
])("AP13 a call with the reason %s is shown as %s", (reason, text) => {
  expect(completionText({ reason })).toBe(text);
});
