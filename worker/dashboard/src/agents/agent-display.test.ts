import { AgentId } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { displayOf, member, viewOf } from "../testing/agents.ts";
import { agentDisplay, phoneTimes } from "./agent-display.ts";

const paused = (queue: string, since: number, pausedReason: string | null = null) =>
  member(queue, { status: "paused", since, pausedReason });

describe("an agent's state", () => {
  it.each([
    ["an idle phone and a queue", {}, "available", null],
    ["in no queue", { memberships: [] }, "away", "logged off"],
    ["in no queue, on the phone", { memberships: [], status: "inuse" }, "away", "logged off"],
    ["an unavailable phone", { status: "unavailable" }, "away", "phone unavailable"],
    ["a ringing phone", { status: "ringing" }, "ringing", null],
    ["a call", { status: "inuse" }, "talking", null],
    ["a call and a second ringing", { status: "ringinuse" }, "talking", "second call"],
    ["a held call", { status: "onhold" }, "talking", "on hold"],
    ["paused in its only queue", { memberships: [paused("a", 1)] }, "paused", null],
    ["paused in one of two", { memberships: [paused("a", 1), member("b")] }, "available", "paused in 1 of 2"],
    ["paused everywhere, on the phone", { status: "inuse", memberships: [paused("a", 1)] }, "talking", "also paused"],
    [
      "paused everywhere, with a held call",
      { status: "onhold", memberships: [paused("a", 1)] },
      "talking",
      "on hold, also paused",
    ],
    [
      "paused in one of two, on the phone",
      { status: "inuse", memberships: [paused("a", 1), member("b")] },
      "talking",
      "paused in 1 of 2",
    ],
    ["paused everywhere, ringing", { status: "ringing", memberships: [paused("a", 1)] }, "ringing", "also paused"],
    [
      "paused everywhere, the phone away",
      { status: "unavailable", memberships: [paused("a", 1)] },
      "away",
      "phone unavailable, also paused",
    ],
    [
      "a phone without a hint",
      { status: null, memberships: [member("a", { deviceStatus: "ringing" })] },
      "ringing",
      null,
    ],
    [
      "a phone of unknown state",
      { status: null, memberships: [member("a", { deviceStatus: null })] },
      "available",
      null,
    ],
  ] as const)("%s", (_, view, state, note) => {
    expect(displayOf(view)).toMatchObject({ state, note });
    expect(displayOf(view).isPaused).toBe(note?.includes("also paused") || state === "paused");
  });
});

describe("the start of an agent's state", () => {
  it("is the latest pause of an agent who is paused in all queues", () => {
    expect(displayOf({ memberships: [paused("a", 5_000), paused("b", 9_000)] }).since).toBe(9_000);
  });

  it("is the earliest time of the queues without a pause", () => {
    const memberships = [member("a", { since: 7_000 }), member("b", { since: 8_000 }), paused("c", 1_000)];
    expect(displayOf({ memberships }).since).toBe(7_000);
  });

  it("is the phone's own time if all queues are paused, and unknown without a queue", () => {
    const busy = viewOf({ status: "inuse", memberships: [paused("a", 1_000)] });
    expect(agentDisplay(busy, 6_000).since).toBe(6_000);
    expect(agentDisplay(busy).since).toBeNull();
    expect(agentDisplay(viewOf({ memberships: [] }), 6_000).since).toBeNull();
  });

  it("takes the phones' times from the states", () => {
    const agent = AgentId.parse("1001");
    const times = phoneTimes([
      { type: "agentName", agent, name: "Ann", at: 1 },
      { type: "extensionStatus", agent, status: "inuse", at: 6_000 },
    ]);
    expect(times).toEqual(new Map([["1001", 6_000]]));
  });
});

it("lists each pause reason once, and sorts queues by name with numbers in numeric order", () => {
  const display = displayOf({
    memberships: [paused("q10", 1, "lunch"), paused("q9", 2, "lunch"), paused("q2", 3, "call back")],
  });
  expect(display.pauseReasons).toEqual(["call back", "lunch"]);
  expect(display.memberships.map(({ queue }) => queue)).toEqual(["q2", "q9", "q10"]);
});
