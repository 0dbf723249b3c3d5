import { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { CallerNumber } from "../erasure/number.ts";
import { talkOf } from "./call.ts";
import { maxEarly, OpenCalls } from "./open-calls.ts";

const begin = 1_763_889_990_000;
const day = 24 * 3_600_000;
const nothing = { nextId: 1, calls: [], talks: [] };

const wait = (more: object = {}) =>
  SiteEvent.parse({
    ...{ type: "queueCallEnded", queue: "support", uniqueId: "1.1", callId: "1.1", outcome: "answered" },
    ...{ agent: "1001", waitTime: 1_000, position: 1, originalPosition: 1, number: "+14155550100", name: "Alice" },
    ...{ since: begin - 1_000, at: begin, ...more },
  });
const completion = (more: object = {}) =>
  SiteEvent.parse({
    ...{ type: "agentComplete", agent: "1001", uniqueId: "1.1", queueName: "support", talkTime: 60, holdTime: 1 },
    ...{ recording: null, reason: "caller", at: begin + 60_000, ...more },
  });
const bridged = SiteEvent.parse({
  ...{ type: "agentTalkEnded", agent: "1001", queueName: "support", callId: "1.1", uniqueId: "1.1", talkTime: 60_000 },
  ...{ holdTime: 0, reason: "caller", since: begin, at: begin + 60_000 },
});
const picked = wait({ outcome: "picked" });
const unseen = wait({ outcome: "unknown", agent: null });

/** The talk times of the calls that are over after the events. */
function talksAfter(...events: readonly SiteEvent[]): (number | null)[] {
  const open = new OpenCalls(nothing);
  return events.flatMap((event) => open.apply(event, begin + day - 1)).map(({ talkTime }) => talkTime);
}

describe("AP13 a talk, whichever comes first", () => {
  it.each<[string, SiteEvent, SiteEvent, boolean]>([
    ["its own", wait(), completion(), true],
    ["its own, by clocks that differ", wait(), completion({ at: begin + 3_660_000 }), true],
    ["of another queue", wait(), completion({ queueName: "sales" }), false],
    ["of another caller", wait(), completion({ uniqueId: "1.2" }), false],
    ["of another agent", wait(), completion({ agent: "1002", at: begin + 600_000 }), false],
    [
      "of another agent at the same time, after a pickup",
      wait(),
      completion({ agent: "1002", at: begin + 62_000 }),
      true,
    ],
    ["without the caller's channel", wait(), completion({ uniqueId: "" }), true],
    ["without the channel, at another time", wait(), completion({ uniqueId: "", at: begin + 600_000 }), false],
    ["without the channel, of another agent", wait(), completion({ uniqueId: "", agent: "1002" }), false],
    ["after a wait whose end nobody saw", unseen, completion(), true],
    ["by EV23, of a call that EV6 completes", wait(), bridged, false],
    ["by EV6, of a call that was picked", picked, completion(), false],
  ])("%s", (_title, call, talk, isOne) => {
    const expected = isOne ? [60_000] : [];
    expect([talksAfter(call, talk), talksAfter(talk, call)]).toEqual([expected, expected]);
  });

  it("by EV23, which never comes first", () => {
    expect([talksAfter(picked, bridged), talksAfter(bridged, picked)]).toEqual([[60_000], []]);
  });
});

it("AP13 of two waits of one caller each gets its own talk", () => {
  const open = new OpenCalls(nothing);
  const second = { at: begin + 70_000, since: begin + 69_000 };
  for (const event of [wait(), wait(second)]) open.apply(event, begin + day - 1);
  const talks = [completion({ at: begin + 90_000, talkTime: 20 }), completion(), completion()];
  expect(talks.map((talk) => open.apply(talk, begin + day - 1).map(({ ended }) => ended))).toEqual([
    [begin + 70_000],
    [begin],
    [],
  ]);
});

it("AP13 a talk waits for its call for a day, and not with more than others", () => {
  const open = new OpenCalls(nothing);
  for (let id = 0; id < maxEarly + 2; id++) open.apply(completion({ uniqueId: `${id}` }), begin + 60_000);
  expect(
    open
      .save()
      .talks.map(({ uniqueId }) => uniqueId)
      .slice(0, 2),
  ).toEqual(["2", "3"]);
  expect(open.apply(wait({ uniqueId: "1" }), begin + 60_000)).toEqual([]);
  expect(open.apply(wait({ uniqueId: "2" }), begin + 60_000)).toHaveLength(1);
  expect(open.save().talks).toHaveLength(maxEarly - 1);
  open.apply(wait({ uniqueId: "3", outcome: "abandoned" }), begin + 60_000 + day);
  expect(open.save().talks).toEqual([]);
});

it("AP13 calls that are not over have a limit: beyond it, half of them are over", () => {
  const open = new OpenCalls(nothing);
  let over = 0;
  for (let id = 0; id <= 20_000; id++) over += open.apply(wait({ uniqueId: `${id}` }), begin).length;
  expect([over, [...open.calls()].length]).toEqual([10_000, 10_001]);
});

it("AP16 a number is erased from calls and talks that wait", () => {
  const open = new OpenCalls(nothing);
  open.apply(wait(), begin);
  open.apply(completion({ uniqueId: "1.2", recording: "/q-14155550100.wav" }), begin + 60_000);
  expect(open.erase(new CallerNumber("14155550100"))).toBe(1);
  expect(JSON.stringify(open.save())).not.toMatch(/4155550100|Alice/);
});

it("AP13 which events are talks", () => {
  const event = { agent: "1001", queueName: "support", callId: "1.1", uniqueId: "1.1", talkTime: 3, holdTime: 0 };
  const complete = { ...event, type: "agentComplete", recording: null, reason: "agent", at: 5_000 };
  const ended = { ...event, type: "agentTalkEnded", reason: "agent", since: 1, at: 5_000 };
  expect(talkOf(SiteEvent.parse(complete))).toMatchObject({ talkTime: 3_000, isCompletion: true });
  expect(talkOf(SiteEvent.parse(ended))).toMatchObject({ talkTime: 3, isCompletion: false });
  expect(talkOf(SiteEvent.parse({ ...ended, queueName: null }))).toBeNull();
});
