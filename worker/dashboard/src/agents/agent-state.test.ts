import { AgentId } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { agentLine, phoneTimes } from "./agent-state.ts";
import { lineOf, member, viewOf } from "./samples.ts";

const paused = (queue: string, since: number, pausedReason: string | null = null) =>
  member(queue, { status: "paused", since, pausedReason });

describe("an agent's word", () => {
  it.each([
    ["a free phone and a queue", {}, "available", null],
    ["in no queue", { memberships: [] }, "away", "logged off"],
    ["in no queue, on the phone", { memberships: [], status: "inuse" }, "away", "logged off"],
    ["the phone is not there", { status: "unavailable" }, "away", "phone unavailable"],
    ["the phone rings", { status: "ringing" }, "ringing", null],
    ["a call", { status: "inuse" }, "talking", null],
    ["a call and another that rings", { status: "ringinuse" }, "talking", "another call rings"],
    ["a held call", { status: "onhold" }, "talking", "on hold"],
    ["paused in its only queue", { memberships: [paused("a", 1)] }, "paused", null],
    ["paused in one of two", { memberships: [paused("a", 1), member("b")] }, "available", "paused in 1 of 2"],
    ["paused everywhere, on the phone", { status: "inuse", memberships: [paused("a", 1)] }, "talking", "also paused"],
    [
      "a phone without a hint",
      { status: null, memberships: [member("a", { deviceStatus: "ringing" })] },
      "ringing",
      null,
    ],
    [
      "a phone of which nothing is known",
      { status: null, memberships: [member("a", { deviceStatus: null })] },
      "available",
      null,
    ],
  ] as const)("%s", (_, view, word, note) => {
    expect(lineOf(view)).toMatchObject({ word, note });
  });
});

describe("since when", () => {
  it("is since the last queue for who is paused in all", () => {
    expect(lineOf({ memberships: [paused("a", 5_000), paused("b", 9_000)] }).since).toBe(9_000);
  });

  it("is since the first queue knows of the phone's state, whatever pauses there are", () => {
    const memberships = [member("a", { since: 7_000 }), member("b", { since: 8_000 }), paused("c", 1_000)];
    expect(lineOf({ memberships }).since).toBe(7_000);
  });

  it("is the phone's own time where no queue knows, and unknown in no queue", () => {
    const busy = viewOf({ status: "inuse", memberships: [paused("a", 1_000)] });
    expect(agentLine(busy, 6_000).since).toBe(6_000);
    expect(agentLine(busy).since).toBeNull();
    expect(agentLine(viewOf({ memberships: [] }), 6_000).since).toBeNull();
  });

  it("reads the phones' times from the states", () => {
    const agent = AgentId.parse("1001");
    const times = phoneTimes([
      { type: "agentName", agent, name: "Ann", at: 1 },
      { type: "extensionStatus", agent, status: "inuse", at: 6_000 },
    ]);
    expect(times).toEqual(new Map([["1001", 6_000]]));
  });
});

it("tells each reason of a pause once, and queues by name with numbers in their order", () => {
  const line = lineOf({
    memberships: [paused("q10", 1, "lunch"), paused("q9", 2, "lunch"), paused("q2", 3, "call back")],
  });
  expect(line.pauseReasons).toEqual(["call back", "lunch"]);
  expect(line.memberships.map(({ queue }) => queue)).toEqual(["q2", "q9", "q10"]);
});
