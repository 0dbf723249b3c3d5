import { type AlertRule, AlertRule as AlertRuleSchema, SiteEvent, stateMapOf } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { count, member } from "../../testing/events.ts";
import { StateIndex } from "../log/state-index.ts";
import { stepAlerts, type Watches } from "./alerts.ts";

const rule = (fields: object): AlertRule => AlertRuleSchema.parse({ queue: "support", ...fields });
const waits = (waiting: number, longestWaitSince: number | null): SiteEvent =>
  SiteEvent.parse({ type: "queueCount", queue: "support", count: waiting, longestWaitSince, at: 1 });
const statesOf = (...events: SiteEvent[]) => StateIndex.of(stateMapOf(events));

/** The events of a day: at each time (s), the states are those. */
function play(one: AlertRule, day: readonly (readonly [seconds: number, ...SiteEvent[]])[]) {
  let watches: Watches = {};
  const seen: [number, boolean, number | null, number][] = [];
  let dueAt: number | null = null;
  for (const [seconds, ...events] of day) {
    const step = stepAlerts([one], watches, statesOf(...events), seconds * 1000);
    watches = step.watches;
    dueAt = step.dueAt;
    for (const { active, value, since } of step.events) seen.push([seconds, active, value, since / 1000]);
  }
  return { seen, watches, dueAt };
}

describe("EV24 a threshold", () => {
  it("has one event when it is crossed, and one when it is crossed no more", () => {
    const day = [1, 4, 5, 9, 5, 3, 2].map((waiting, index) => [index, count("support", waiting)] as const);
    const { seen, watches } = play(rule({ metric: "count", above: 4 }), day);
    expect(seen).toEqual([
      [2, true, 5, 2],
      [5, false, 3, 5],
    ]);
    expect(watches).toEqual({});
  });

  it("must be crossed for as long as it says, without a break", () => {
    const one = rule({ metric: "count", above: 4, forSeconds: 10 });
    const short = play(one, [
      [0, count("support", 5)],
      [8, count("support", 4)],
      [9, count("support", 6)],
      [18, count("support", 6)],
    ]);
    expect([short.seen, short.dueAt]).toEqual([[], 19_000]);
    const long = play(one, [
      [0, count("support", 5)],
      [10, count("support", 6)],
      [12, count("support", 6)],
    ]);
    expect(long.seen).toEqual([[10, true, 6, 0]]);
  });

  it("about the longest wait is crossed by time alone", () => {
    const one = rule({ metric: "longestWait", above: 60 });
    expect(play(one, [[10, waits(1, 5_000)]])).toMatchObject({ seen: [], dueAt: 65_001 });
    const late = play(one, [
      [70, waits(1, 5_000)],
      [71, waits(0, null)],
    ]);
    expect(late.seen).toEqual([
      [70, true, 65, 65.001],
      [71, false, 0, 71],
    ]);
  });

  it("about agents counts those who are free, not paused, and do not wrap up", () => {
    const wrapsUp = SiteEvent.parse({ ...member("1003", "support", "not_inuse"), wrapUpUntil: 9 });
    const others = [member("1001", "support", "inuse"), member("1002", "support", "paused"), wrapsUp];
    const free = [member("1004", "support", "not_inuse"), member("1004", "sales", "not_inuse")];
    const { seen } = play(rule({ metric: "availableAgents", below: 1 }), [
      [1, count("support", 0), ...others],
      [2, count("support", 0), ...others, ...free],
    ]);
    expect(seen).toEqual([
      [1, true, 0, 1],
      [2, false, 1, 2],
    ]);
  });

  it("about a queue or a figure that does not exist is not compared, and stays as it was", () => {
    const level = rule({ metric: "serviceLevel", below: 80 });
    expect(play(level, [[1, count("support", 0)]])).toEqual({ seen: [], watches: {}, dueAt: null });
    const { seen, watches } = play(rule({ metric: "count", above: 4 }), [[1, count("support", 5)], [2]]);
    expect([seen.length, Object.values(watches)]).toEqual([1, [{ since: 1_000, active: true }]]);
  });
});
