import { type EventOf, SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { queueStatistics } from "./figures.ts";
import { fold } from "./fold.ts";
import { restoreState, SavedState, saveState } from "./saved-state.ts";
import { createState, defaultSettings, type StatisticsState } from "./state.ts";

const start = Date.parse("2026-11-29T10:00:00Z");
const settings = { ...defaultSettings, serviceLevelSeconds: { support: 20 } };

/** A wait that ended `at` seconds after ten, and lasted `wait` seconds. */
function ended(outcome: string, wait: number, at = 100, more: Record<string, unknown> = {}): SiteEvent {
  const time = start + at * 1_000;
  return SiteEvent.parse({
    type: "queueCallEnded",
    queue: "support",
    ...{ uniqueId: `u${at}`, callId: "c", outcome, agent: null, waitTime: wait * 1_000 },
    ...{ position: 1, originalPosition: 1, number: null, name: null, since: time - wait * 1_000, at: time },
    ...more,
  });
}

function waiting(count: number, at = 0): SiteEvent {
  return SiteEvent.parse({
    type: "queueCount",
    queue: "support",
    count,
    longestWaitSince: null,
    at: start + at * 1_000,
  });
}

function after(events: readonly SiteEvent[], state = createState(start, settings)): StatisticsState {
  for (const event of events) fold(state, event, event.at);
  return state;
}

/** What EV18 says of the queue, without the fields that are zero, null or the same for all. */
function figures(state: StatisticsState, now = state.now): Partial<EventOf<"queueStatistics">> {
  const { type: _, queue: __, at: ___, period: ____, ...all } = queueStatistics(state, "support", now);
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0 && value !== null));
}

const same = { serviceLevelSeconds: 20, shortAbandonSeconds: 5 };

describe("EV18 each outcome of a wait", () => {
  it.each<[string, readonly SiteEvent[], Record<string, number>]>([
    [
      "answered within the service level",
      [ended("answered", 20)],
      {
        ...{ offered: 1, answered: 1, answeredInLevel: 1, waitTimeAnswered: 20_000, longestWait: 20_000 },
        ...{ serviceLevel: 100, averageSpeedOfAnswer: 20_000 },
      },
    ],
    [
      "answered late",
      [ended("answered", 20.001)],
      { offered: 1, answered: 1, waitTimeAnswered: 20_001, longestWait: 20_001, averageSpeedOfAnswer: 20_001 },
    ],
    [
      "abandoned",
      [ended("abandoned", 6)],
      { offered: 1, abandoned: 1, waitTimeAbandoned: 6_000, longestWait: 6_000, abandonRate: 100 },
    ],
    [
      "abandoned at once",
      [ended("abandoned", 0.45)],
      { offered: 1, abandoned: 1, shortAbandoned: 1, waitTimeAbandoned: 450, longestWait: 450, abandonRate: 100 },
    ],
    ["exited", [ended("exited", 30)], { offered: 1, exited: 1, longestWait: 30_000 }],
    ["picked", [ended("picked", 3)], { offered: 1, picked: 1, longestWait: 3_000 }],
    ["moved", [ended("moved", 3)], { offered: 1, moved: 1, longestWait: 3_000 }],
    ["hung up by a command", [ended("hungUp", 3)], { offered: 1, hungUp: 1, longestWait: 3_000 }],
    ["unknown, after which nobody saw", [ended("unknown", 30, 100, { waitTime: null })], { offered: 1, unknown: 1 }],
    ["one that this build does not know", [ended("teleported", 3)], { offered: 1, unknown: 1, longestWait: 3_000 }],
    [
      "unknown, and nobody knows since when",
      [ended("unknown", 0, 100, { waitTime: null, since: null })],
      { offered: 1, unknown: 1 },
    ],
  ])("%s", (_name, events, expected) => {
    expect(figures(after(events))).toEqual({ ...same, ...expected });
  });

  it("of two answered, one in time, and one abandoned: rates and averages", () => {
    const talk = SiteEvent.parse({
      type: "agentTalkEnded",
      agent: "1001",
      queueName: "support",
      ...{ callId: "c", uniqueId: "u", talkTime: 60_000, holdTime: 5_000, reason: "caller" },
      ...{ since: start + 100_000, at: start + 165_000 },
    });
    const events = [ended("answered", 10), ended("answered", 30, 110), ended("abandoned", 12, 120), talk];
    expect(figures(after(events))).toMatchObject({
      ...{ offered: 3, answered: 2, abandoned: 1, serviceLevel: 33.33, abandonRate: 33.33 },
      ...{ averageSpeedOfAnswer: 20_000, talkTime: 60_000, holdTime: 5_000, averageHandleTime: 32_500 },
    });
  });

  it("EV23 talks whose times are not known are left out of the average, and those whose holds are not known are not", () => {
    const untimed = { type: "agentTalkEnded", agent: "1001", queueName: "support", reason: "caller" };
    const ids = { callId: "c", uniqueId: "u", talkTime: null, holdTime: null };
    const talks = [null, start + 100_000].map((since) =>
      SiteEvent.parse({ ...untimed, ...ids, since, at: start + 165_000 }),
    );
    const answered = [ended("answered", 10), ended("answered", 30, 110)];
    expect(figures(after([...answered, ...talks]))).toMatchObject({
      ...{ answered: 2, untimedTalks: 1, talkTime: 65_000, averageHandleTime: 65_000 },
    });
    const none = figures(after([...answered.slice(1), ...talks.slice(0, 1)]));
    expect(none).not.toHaveProperty("averageHandleTime");
  });

  it("who waits now is offered, and the most who waited at once are known", () => {
    const state = after([waiting(1), waiting(2, 10), waiting(1, 60), ended("abandoned", 60, 60)]);
    expect(figures(state)).toMatchObject({ offered: 2, abandoned: 1, mostWaiting: 2 });
  });

  it("the queue's own service level counts where the site names none", () => {
    const summary = SiteEvent.parse({
      type: "queueSummary",
      queue: "support",
      ...{ completed: 0, abandoned: 0, serviceLevel: 60, serviceLevelPerf: 0, holdTime: 0, talkTime: 0 },
      ...{ loggedIn: 0, available: 0, calls: 0, longestHoldTime: 0, at: start },
    });
    const own = after([summary, ended("answered", 50)], createState(start));
    expect(figures(own)).toMatchObject({ serviceLevelSeconds: 60, answeredInLevel: 1, serviceLevel: 100 });
    const none = after([ended("answered", 50)], createState(start));
    expect(queueStatistics(none, "support", start)).toMatchObject({ serviceLevelSeconds: null, serviceLevel: null });
  });
});

describe("EV18 a day", () => {
  const midnight = Date.parse("2026-11-30T00:00:00Z");
  const seconds = (at: number) => (at - start) / 1_000;

  it("begins anew at midnight; a call that ended before counts for the day before, however late it is logged", () => {
    const state = after([ended("answered", 10, seconds(midnight) - 5), waiting(0, seconds(midnight) + 1)]);
    fold(state, ended("abandoned", 10, seconds(midnight) - 2), midnight + 60_000);
    expect(figures(state)).not.toHaveProperty("answered");
    expect(figures(state)).not.toHaveProperty("abandoned");
    expect([...state.open].map(([at, { queue }]) => [at - midnight, queue.get("support")?.offered])).toEqual([
      [-900_000, 2],
    ]);
  });

  it("a caller who waits over midnight was offered the day before", () => {
    const state = after([waiting(1, seconds(midnight) - 60), waiting(2, seconds(midnight) + 10)]);
    expect(figures(state)).toMatchObject({ offered: 1 });
    fold(state, waiting(1, seconds(midnight) + 20), midnight + 20_000);
    fold(state, ended("answered", 80, seconds(midnight) + 20), midnight + 20_000);
    expect(figures(state)).toMatchObject({ offered: 1, answered: 1 });
  });

  it("an event of the future counts when it was logged", () => {
    const state = createState(start, settings);
    fold(state, ended("answered", 10, 10_000), start + 1_000);
    expect([...state.open.keys()]).toEqual([start]);
  });
});

const anyEvent = fc.oneof(
  fc
    .record({ outcome: fc.constantFrom("answered", "abandoned", "exited"), wait: fc.nat(90), at: fc.nat(90_000) })
    .map(({ outcome, wait, at }) => ended(outcome, wait, at)),
  fc.record({ count: fc.nat(5), at: fc.nat(90_000) }).map(({ count, at }) => waiting(count, at)),
);

describe("the state", () => {
  it("goes on from what was saved, wherever it is cut", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), fc.nat(20), (events, cut) => {
        const inOrder = events.toSorted((one, other) => one.at - other.at);
        const whole = after(inOrder);
        const saved = JSON.parse(JSON.stringify(saveState(after(inOrder.slice(0, cut)), cut)));
        const resumed = after(inOrder.slice(cut), restoreState(SavedState.parse(saved)));
        expect(saveState(resumed, 0)).toEqual(saveState(whole, 0));
      }),
    );
  });
});
