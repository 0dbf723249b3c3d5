import { describe, expect, it } from "vitest";
import { displayOf, member } from "../testing/agents.ts";
import { type DayStatistics, dayFigures, dayLine, wrapUpText } from "./agent-day.ts";

const now = 1_800_000_000_000;

const statistics = (more: Partial<DayStatistics> = {}): DayStatistics => ({
  type: "agentStatistics",
  agent: "1001" as DayStatistics["agent"],
  period: { from: now - 1, zone: "UTC" },
  answered: 10,
  notAnswered: 1,
  declined: 1,
  transferred: 2,
  talkTime: 600_000,
  holdTime: 60_000,
  wrapUpTime: 40_000,
  ringTime: 5_000,
  availableTime: 300_000,
  pausedTime: 90_000,
  pausedBy: { Lunch: 60_000, none: 30_000, Training: 0 },
  loggedInTime: 1_095_000,
  occupancy: 70,
  coverage: 1,
  state: "talking",
  stateSince: now - 60_000,
  at: now,
  ...more,
});

const figure = (name: string, given: DayStatistics) => dayFigures(given, now).find((one) => one.name === name);

describe("EV19 an agent's day", () => {
  it("adds the time since the state began to the sum that the state names", () => {
    expect(figure("Talk", statistics())?.text).toBe("11:00");
    expect(figure("Talk", statistics({ state: "paused" }))?.text).toBe("10:00");
    expect(figure("Paused", statistics({ state: "paused" }))).toMatchObject({
      text: "2:30",
      detail: "Lunch 1:00, no reason 0:30",
    });
    expect(figure("Logged on", statistics({ state: "loggedoff" }))?.text).toBe("18:15");
    expect(figure("Avg. handling", statistics())?.text).toBe("1:16");
    expect(figure("Occupancy", statistics())?.text).toBe("72%");
  });

  it("divides by nothing and ticks backwards never", () => {
    const none = statistics({ answered: 0, talkTime: 0, holdTime: 0, wrapUpTime: 0, availableTime: 0 });
    expect(figure("Avg. handling", { ...none, state: "paused" })?.text).toBe("–");
    expect(figure("Occupancy", { ...none, state: "paused" })?.text).toBe("–");
    expect(figure("Talk", statistics({ stateSince: now + 5_000 }))?.text).toBe("10:00");
  });

  it("is a line on the card", () => {
    expect(dayLine(statistics())).toBe("10 answered, 2 missed, 70% occupied");
    expect(dayLine(statistics({ notAnswered: 0, declined: 0, occupancy: null }))).toBe("10 answered");
  });
});

describe("wrap-up", () => {
  it("EV3 is the state of an agent without a call, until it ends", () => {
    const wrapUp = member("support", { wrapUpUntil: now + 12_000 });
    expect(displayOf({ memberships: [wrapUp] })).toMatchObject({ state: "wrapup", wrapUpUntil: now + 12_000 });
    expect(displayOf({ memberships: [wrapUp], status: "inuse" })).toMatchObject({
      state: "talking",
      wrapUpUntil: null,
    });
    expect(wrapUpText(now + 12_000, now)).toBe("ends in 0:12");
    expect(wrapUpText(now - 1, now)).toBe("ends in 0:00");
  });

  it("EV19 is a pause for that, too", () => {
    const paused = [member("support", { status: "paused", pausedReason: "acw" })];
    const of = (state: DayStatistics["state"]) => displayOf({ memberships: paused, statistics: statistics({ state }) });
    expect(of("wrapup")).toMatchObject({ state: "wrapup", since: now - 60_000 });
    expect(of("talking").state).toBe("paused");
  });

  it("EV19 begins when the site says, if both mean the same state", () => {
    const since = (state: DayStatistics["state"]) =>
      displayOf({ status: "inuse", memberships: [member("a", { since: 7 })], statistics: statistics({ state }) }).since;
    expect([since("talking"), since("onhold"), since("ringing")]).toEqual([now - 60_000, now - 60_000, 7]);
  });
});
