import { type EventOf, SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentPresent, foldGap } from "./agent-fold.ts";
import { agentStatistics } from "./figures.ts";
import { fold } from "./fold.ts";
import { takeDue } from "./publish.ts";
import { restoreState, SavedState, saveState } from "./saved-state.ts";
import { createState, defaultSettings, type StatisticsState } from "./state.ts";

const start = Date.parse("2026-11-29T10:00:00Z");
const settings = { ...defaultSettings, wrapUpReasons: ["acw"] };
const agent = "1001";

/** An event `at` seconds after ten. */
type Step = readonly [at: number, event: Readonly<Record<string, unknown>>];

const phone = (status: string) => ({ type: "extensionStatus", status });
const call = (number: string | null) => ({
  type: "phoneNumber",
  ...{ number, name: null, queueName: null, callId: number && "c", uniqueId: number && "u" },
});
const member = (more: Readonly<Record<string, unknown>> = {}, queue = "sales") => ({
  type: "queueMemberStatus",
  ...{ queue, status: "not_inuse", deviceStatus: "not_inuse", pausedReason: null, penalty: 0, since: start },
  wrapUpUntil: null,
  ...more,
});
const paused = (pausedReason: string | null, queue = "sales") => member({ status: "paused", pausedReason }, queue);
const loggedOff = (queue = "sales") => member({ status: "loggedoff", deviceStatus: null }, queue);
const wrapsUp = (until: number) => member({ wrapUpUntil: start + until * 1000 });
const talked = (reason: string, queueName: string | null = "sales") => ({
  type: "agentTalkEnded",
  ...{ queueName, callId: "c", uniqueId: "u", talkTime: 1, holdTime: 0, reason, since: start },
});
const talkedFrom = (seconds: number) => ({ ...talked("caller"), since: start + seconds * 1000 });
const ring = (reason: string) => ({
  type: "agentRingEnded",
  ...{ queueName: "sales", callId: "c", ringUniqueId: "r", ringTime: 4000, reason },
});
const wait = (outcome: string, of: string | null) => ({
  type: "queueCallEnded",
  ...{ queue: "sales", uniqueId: "u", callId: "c", outcome, agent: of, waitTime: 0, position: 1 },
  ...{ originalPosition: 1, number: null, name: null, since: start },
});

function apply(state: StatisticsState, steps: readonly Step[]): StatisticsState {
  for (const [seconds, event] of steps) {
    const at = start + seconds * 1000;
    fold(state, SiteEvent.parse({ agent, at, ...event }), at);
  }
  return state;
}
const after = (...steps: readonly Step[]) => apply(createState(start, settings), steps);

/** EV19's state and since when (s), and the sums that are not zero, in seconds. */
function shown(state: StatisticsState): Record<string, unknown> {
  const { state: activity, stateSince, ...all } = agentStatistics(state, agent, state.now);
  const { type: _, agent: __, period: ___, at: ____, coverage: _____, pausedBy, occupancy, ...sums } = all;
  const seconds = Object.entries(sums).flatMap(([name, sum]) =>
    sum === 0 ? [] : [[name, name.endsWith("Time") ? sum / 1000 : sum]],
  );
  const reasons = Object.keys(pausedBy).length > 0 ? { pausedBy } : {};
  return { state: `${activity} ${(stateSince - start) / 1000}`, ...Object.fromEntries(seconds), ...reasons, occupancy };
}

const free: readonly Step[] = [
  [0, phone("not_inuse")],
  [0, member()],
];

describe("EV19 what an agent does", () => {
  it.each<[string, readonly Step[], Record<string, unknown>]>([
    ["nothing is known, since midnight", [], { state: "loggedoff -36000", occupancy: null }],
    ["logged on", free, { state: "available 0", occupancy: null }],
    [
      "a call rings, is answered, held, resumed, and ends",
      [
        ...free,
        [10, call("555")],
        [10, phone("ringing")],
        [14, phone("inuse")],
        [24, phone("onhold")],
        [27, phone("inuse")],
        [34, phone("not_inuse")],
        [34, call(null)],
      ],
      {
        ...{ state: "available 34", availableTime: 10, ringTime: 4, talkTime: 17, holdTime: 3, loggedInTime: 34 },
        occupancy: 66.67,
      },
    ],
    [
      "a wrap-up, whose end no event has to say",
      [...free, [10, wrapsUp(15)], [30, loggedOff()]],
      { state: "loggedoff 30", availableTime: 25, wrapUpTime: 5, loggedInTime: 30, occupancy: 16.67 },
    ],
    [
      "a pause, and one that is a wrap-up",
      [...free, [10, paused("Lunch")], [30, paused("acw")], [40, paused(null)], [45, member()]],
      {
        ...{ state: "available 45", availableTime: 10, pausedTime: 25, wrapUpTime: 10, loggedInTime: 45 },
        pausedBy: { Lunch: 20_000, none: 5000 },
        occupancy: 50,
      },
    ],
    [
      "who is paused in one of two queues is available, in both paused",
      [...free, [0, member({}, "support")], [10, paused("Lunch")], [20, paused("Lunch", "support")], [30, member()]],
      {
        ...{ state: "available 30", availableTime: 20, pausedTime: 10, loggedInTime: 30, occupancy: 0 },
        pausedBy: { Lunch: 10_000 },
      },
    ],
    [
      "talks while paused: talk comes first",
      [
        [0, phone("not_inuse")],
        [0, paused("Lunch")],
        [10, phone("inuse")],
        [10, call("555")],
        [15, call(null)],
      ],
      {
        ...{ state: "paused 15", talkTime: 5, pausedTime: 10, loggedInTime: 15, occupancy: 100 },
        pausedBy: { Lunch: 10_000 },
      },
    ],
    [
      "a phone that goes, and comes back",
      [...free, [10, member({ status: "unavailable", deviceStatus: "unavailable" })], [20, member()]],
      { state: "available 20", availableTime: 10, loggedInTime: 20, occupancy: 0 },
    ],
    [
      "an event that comes late changes nothing that was counted",
      [...free, [20, paused("Lunch")], [30, { ...member(), at: start + 5000 }]],
      { state: "available 20", availableTime: 20, loggedInTime: 20, occupancy: 0 },
    ],
    [
      "calls answered, picked, missed, declined, transferred; those of others, and consultations, are not",
      [
        ...free,
        [1, wait("answered", agent)],
        [2, wait("picked", agent)],
        [2, wait("answered", "1002")],
        [3, ring("noAnswer")],
        [4, ring("declined")],
        [4, ring("elsewhere")],
        [5, talked("transfer")],
        [5, talked("transfer", null)],
        [6, talked("caller")],
      ],
      {
        ...{ state: "available 0", answered: 2, notAnswered: 1, declined: 1, transferred: 1 },
        occupancy: null,
      },
    ],
  ])("%s", (_, steps, expected) => {
    expect(shown(after(...steps))).toEqual(expected);
  });

  it.each<[string, readonly Step[], Record<string, number>]>([
    [
      "answered, which the talk's end says",
      [
        [20, talkedFrom(14)],
        [20, call(null)],
      ],
      { ringTime: 4, talkTime: 6 },
    ],
    [
      "answered, said late",
      [
        [20, call(null)],
        [20.1, talkedFrom(14)],
      ],
      { ringTime: 4, talkTime: 6 },
    ],
    [
      "not answered",
      [
        [14, ring("noAnswer")],
        [14, call(null)],
      ],
      { ringTime: 4, notAnswered: 1 },
    ],
    [
      "not answered, said late",
      [
        [14, call(null)],
        [14.05, ring("noAnswer")],
      ],
      { ringTime: 4, notAnswered: 1 },
    ],
    [
      "answered, while another call rings",
      [
        [19, ring("noAnswer")],
        [20, call(null)],
      ],
      { talkTime: 10, notAnswered: 1 },
    ],
  ])("a phone that shows a ring as busy: %s", (_, steps, expected) => {
    const last = steps.at(-1)?.[0] ?? 0;
    const state = after(
      ...free,
      [10, call("555")],
      [10, phone("busy")],
      ...steps,
      [last, phone("not_inuse")],
      [30, member()],
    );
    const { talkTime, ringTime, notAnswered } = { talkTime: 0, ringTime: 0, notAnswered: 0, ...shown(state) };
    expect({ talkTime, ringTime, notAnswered }).toEqual({ talkTime: 0, ringTime: 0, notAnswered: 0, ...expected });
  });

  it("a queue's wrap-up is that of its calls", () => {
    const state = after(...free, [9, talked("caller")], [10, wrapsUp(15)], [20, paused("acw")], [30, member()]);
    expect(state.today.queue.get("sales")?.wrapUpTime).toBe(15_000);
  });

  it("over a gap nothing is counted", () => {
    const state = after(...free, [10, paused("Lunch")]);
    foldGap(state, { from: start + 20_000, to: start + 50_000 });
    apply(state, [[60, member()]]);
    expect(shown(state)).toMatchObject({ state: "available 60", availableTime: 10, pausedTime: 20, loggedInTime: 30 });
  });

  it("what comes after a gap and was before it counts before it", () => {
    const state = after(...free);
    foldGap(state, { from: start + 20_000, to: start + 50_000 });
    const late = (seconds: number, event: Readonly<Record<string, unknown>>) =>
      fold(state, SiteEvent.parse({ agent, at: start + seconds * 1000, ...event }), start + 50_000);
    late(8, paused("Lunch"));
    late(14, member());
    late(17, paused("Lunch"));
    late(30, member());
    apply(state, [[60, loggedOff()]]);
    expect(shown(state)).toMatchObject({ pausedTime: 9, availableTime: 21, loggedInTime: 30 });
  });

  it("at midnight the day begins with what goes on", () => {
    const midnight = (Date.parse("2026-11-30T00:00:00Z") - start) / 1000;
    const state = after(...free, [midnight - 60, paused("Lunch")], [midnight + 30, member()]);
    expect(shown(state)).toMatchObject({ pausedTime: 30, loggedInTime: 30 });
    expect(state.open.get(start + midnight * 1000 - 900_000)?.agent.get(agent)?.pausedTime).toBe(60_000);
  });

  it("what goes on is in a report, but not what nobody watches", () => {
    const state = after(...free);
    const present = (seconds: number) => [...agentPresent(state, agent, start + seconds * 1000)];
    expect(present(901).map(({ sums }) => sums.availableTime)).toEqual([900_000, 1000]);
    state.watch = { ...state.watch, awaySince: start + 60_000 };
    expect(present(901).map(({ sums }) => sums.availableTime)).toEqual([60_000]);
  });
});

describe("EV19 publishing", () => {
  const of = (events: readonly SiteEvent[]) =>
    events.flatMap((event) => (event.type === "agentStatistics" ? [event] : []));

  it("at most once in five seconds, and not for who never was in a queue", () => {
    const state = after(...free, [0, { ...phone("not_inuse"), agent: "1099" }]);
    const published = new Map<string, EventOf<"agentStatistics">>();
    const take = (seconds: number) => {
      const due = of(takeDue(state, published, start + seconds * 1000));
      for (const event of due) published.set(`agentStatistics,${event.agent}`, event);
      return due.map((event) => `${event.agent} ${event.state}`);
    };
    expect(take(0)).toEqual(["1001 available"]);
    apply(state, [[1, paused("Lunch")]]);
    expect([take(4.999), take(5), take(11)]).toEqual([[], ["1001 paused"], []]);
  });
});

const anyStep = fc.tuple(
  fc.nat(2000),
  fc.constantFrom(
    ...[phone("ringing"), phone("inuse"), phone("not_inuse"), phone("onhold"), call("5"), call(null), member()],
    ...[paused("Lunch"), paused("acw"), wrapsUp(700), loggedOff(), member({}, "support"), loggedOff("support")],
  ),
);
const inOrder = fc.array(anyStep, { maxLength: 25 }).map((steps) => steps.sort(([one], [other]) => one - other));

describe("EV19 any day", () => {
  it("every moment since the log-on counts for one activity", () => {
    fc.assert(
      fc.property(inOrder, (steps) => {
        const state = after(...steps, [2000, loggedOff()], [2000, loggedOff("support")]);
        const sums = state.today.agent.get(agent);
        const {
          talkTime = 0,
          holdTime = 0,
          ringTime = 0,
          wrapUpTime = 0,
          pausedTime = 0,
          availableTime = 0,
        } = sums ?? {};
        const known = talkTime + holdTime + ringTime + wrapUpTime + pausedTime + availableTime;
        expect(known).toBeLessThanOrEqual(sums?.loggedInTime ?? 0);
        expect(sums?.loggedInTime ?? 0).toBeLessThanOrEqual(2_000_000);
      }),
    );
  });

  it("goes on from what was saved, wherever it is cut", () => {
    fc.assert(
      fc.property(inOrder, fc.nat(25), (steps, cut) => {
        const saved = JSON.parse(JSON.stringify(saveState(after(...steps.slice(0, cut)), cut)));
        const resumed = apply(restoreState(SavedState.parse(saved)), steps.slice(cut));
        expect(saveState(resumed, 0)).toEqual(saveState(after(...steps), 0));
      }),
    );
  });
});
