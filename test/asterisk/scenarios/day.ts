/**
 * EV18, EV19: a day of calls. What each agent did and how each caller fared is known by the phones' own clocks, and the
 * figures of the site must have grown by just that.
 */
import type { EventOf } from "@pbxis/shared";
import type { AccountName } from "../config.ts";
import type { ExpectedStream } from "../expected-stream.ts";
import type { Observer } from "../observer.ts";
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectThat } from "./expect-command.ts";
import { whileDisconnected } from "./interruption.ts";
import { amiAction, answer, pauseMember, type Scenario } from "./scenario.ts";

const dana = { number: "+14155550160", name: "Dana" };
const toleranceMs = 1000;

type Figures = Record<string, number>;
/** By `agent 1003` or `queue sales`. */
type Tally = Map<string, Figures>;

function addTo(tally: Tally, name: string, more: Figures): void {
  const known = tally.get(name) ?? {};
  for (const [field, value] of Object.entries(more)) known[field] = (known[field] ?? 0) + value;
  tally.set(name, known);
}

/** Does something, and adds how long it took to a sum. */
async function lasts<Result>(
  tally: Tally,
  names: readonly string[],
  field: string,
  act: () => Promise<Result>,
): Promise<Result> {
  const from = Date.now();
  const result = await act();
  for (const name of names) addTo(tally, name, { [field]: Date.now() - from });
  return result;
}

const talks = (agent: string, queue: string) => [`agent ${agent}`, `queue ${queue}`];

/**
 * A call that `agent` answers after half a second, or later than the queue's service level: talk, hold, and again talk.
 */
async function answeredCall(
  bed: TestBed,
  tally: Tally,
  [exten, queue, agent]: readonly [string, string, "1001" | "1003" | "1004" | "1005"],
  [talkMs, holdMs]: readonly [number, number],
  end: "caller" | "agent" | "transfer",
  lateMs = 0,
): Promise<void> {
  const names = talks(agent, queue);
  const caller = bed.carrier.call(exten, dana);
  await bed.phone(agent).rings();
  const leg = await lasts(tally, [`agent ${agent}`], "ringTime", () => answer(bed, agent, lateMs || 500));
  addTo(tally, `queue ${queue}`, { offered: 1, answered: 1, answeredInLevel: lateMs ? 0 : 1 });
  addTo(tally, `agent ${agent}`, { answered: 1 });
  await lasts(tally, names, "talkTime", () => bed.pause(talkMs));
  if (holdMs > 0) {
    await lasts(tally, names, "holdTime", async () => {
      await leg.hold();
      await bed.pause(holdMs);
      await leg.unhold();
    });
    await lasts(tally, names, "talkTime", () => bed.pause(500));
  }
  if (end === "transfer") {
    await lasts(tally, names, "talkTime", () => leg.refer("1006"));
    addTo(tally, `agent ${agent}`, { transferred: 1 });
    await answer(bed, "1006");
    await lasts(tally, ["agent 1006"], "talkTime", () => bed.pause(1000));
  }
  await (end === "agent" ? leg.hangup() : caller.hangup());
  await bed.expectStates("the call has ended");
}

/** A caller who waits in a queue without members, until `act` ends that. */
async function waitsUntil(bed: TestBed, tally: Tally, outcome: string, act: (caller: Waiting) => Promise<unknown>) {
  const joined = bed.ami().event("the caller joins", ({ Event }) => Event === "QueueCallerJoin");
  const leg = bed.carrier.call("5007", dana);
  const { Channel: channel = "", Uniqueid: uniqueId = "" } = await joined;
  await bed.expectStates("one waits");
  await act({ channel, uniqueId, leg });
  addTo(tally, "queue keys", { offered: 1, [outcome]: 1 });
  await clear(bed);
}

/** A hang-up that follows the end of a wait at once would count as its cause. */
async function clear(bed: TestBed): Promise<void> {
  await bed.expectStates("nobody waits");
  await bed.carrier.hangupAll();
  await bed.expectStates("nobody is there");
}

type Waiting = Readonly<{ channel: string; uniqueId: string; leg: Call }>;

/** Every other way in which a wait ends. */
async function playEnds(bed: TestBed, tally: Tally): Promise<void> {
  const leaves = () => bed.ami().event("the caller leaves", ({ Event }) => Event === "QueueCallerLeave");
  await waitsUntil(bed, tally, "exited", async ({ channel }) => {
    const left = leaves();
    await amiAction(bed, "PlayDTMF", { Channel: channel, Digit: "1", Receive: "true" });
    await left;
  });
  await waitsUntil(bed, tally, "moved", ({ channel, uniqueId }) =>
    expectCommand(bed, { type: "moveCaller", queue: "keys", uniqueId, to: "5009" }, done({ channel })),
  );
  await waitsUntil(bed, tally, "hungUp", ({ uniqueId }) =>
    expectCommand(bed, { type: "hangupCaller", queue: "keys", uniqueId }, done()),
  );
  await waitsUntil(bed, tally, "picked", async ({ uniqueId, leg }) => {
    await expectCommand(bed, { type: "pickCaller", queue: "keys", uniqueId, agent: "1006" }, done());
    await answer(bed, "1006", 500);
    addTo(tally, "agent 1006", { answered: 1, ringTime: 500 });
    // The queue has given nobody this call, so it is no talk of the queue's.
    await lasts(tally, ["agent 1006"], "talkTime", () => bed.pause(1000));
    await leg.hangup();
  });
  // The queue's time is over while it rings both agents.
  const timedOut = leaves();
  bed.carrier.call("5004", dana);
  await Promise.all([bed.phone("1001").rings(), bed.phone("1002").rings()]);
  const both = ["agent 1001", "agent 1002"];
  await lasts(tally, both, "ringTime", () => timedOut);
  addTo(tally, "queue support", { offered: 1, exited: 1 });
  for (const agent of both) addTo(tally, agent, { notAnswered: 1 });
  await clear(bed);
  const emptied = leaves();
  bed.carrier.call("5008", dana);
  await emptied;
  addTo(tally, "queue empty", { offered: 1, exited: 1 });
  await clear(bed);
  // Nobody sees how this one ends.
  await waitsUntil(bed, tally, "unknown", ({ leg }) => whileDisconnected(bed, () => leg.hangup()));
}

/** Fifteen calls of queues with every outcome, a direct one and a pause, and what they count for. */
async function playDay(bed: TestBed): Promise<Tally> {
  const tally: Tally = new Map();
  const sales = ["5002", "sales", "1003"] as const;
  await answeredCall(bed, tally, sales, [2000, 0], "caller");
  await answeredCall(bed, tally, sales, [700, 2000], "agent");
  await answeredCall(bed, tally, sales, [1500, 0], "transfer");
  // Short, and without an answer of the first agent.
  for (const [waitMs, short, missed] of [
    [450, 1, 0],
    [5500, 0, 1],
  ] as const) {
    const caller = bed.carrier.call("5002", dana);
    await bed.phone("1003").rings();
    const from = Date.now();
    const next = missed
      ? bed
          .phone("1004")
          .rings()
          .then(() => Date.now())
      : undefined;
    await bed.pause(waitMs);
    const nextFrom = await next;
    await caller.hangup();
    const until = Date.now();
    addTo(tally, "queue sales", { offered: 1, abandoned: 1, shortAbandoned: short, waitTimeAbandoned: until - from });
    // The queue rings each agent for 4 s, and the next one a second later.
    addTo(tally, "agent 1003", { notAnswered: missed, ringTime: Math.min(until - from, 4000) });
    if (nextFrom) addTo(tally, "agent 1004", { ringTime: until - nextFrom });
    await bed.expectStates("the caller has gone");
  }
  bed.phone("1003").reject(486);
  await answeredCall(bed, tally, ["5002", "sales", "1004"], [1000, 0], "caller");
  bed.phone("1003").reject(undefined);
  addTo(tally, "agent 1003", { declined: 1 });
  await answeredCall(bed, tally, ["5001", "support", "1001"], [2000, 0], "caller");
  await answeredCall(bed, tally, ["5003", "vip", "1005"], [1500, 1000], "agent", 1600);
  const direct = bed.phone("1001").call("1002");
  await answer(bed, "1002");
  await lasts(tally, ["agent 1001", "agent 1002"], "talkTime", () => bed.pause(1500));
  await direct.hangup();
  await pauseMember(bed, "sales", "1004", { Reason: "Lunch" });
  await lasts(tally, ["agent 1004"], "pausedTime", () => bed.pause(2000));
  await pauseMember(bed, "sales", "1004", { Paused: "false" });
  await playEnds(bed, tally);
  await bed.expectStates("the day is over");
  return tally;
}

async function figuresOf(observer: Observer): Promise<ReadonlyMap<string, Figures>> {
  const { events } = await observer.state("statistics=1");
  return new Map(
    events.flatMap((event) =>
      event.type === "queueStatistics" || event.type === "agentStatistics" ? [[nameOf(event), numbersOf(event)]] : [],
    ),
  );
}

function nameOf(event: EventOf<"queueStatistics" | "agentStatistics">): string {
  return event.type === "queueStatistics" ? `queue ${event.queue}` : `agent ${event.agent}`;
}

function numbersOf(event: object): Figures {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => typeof value === "number"));
}

/** Every figure of the tally. To other chains than that of the commands, whom these end has left the queue by itself. */
function checkGrowth(
  who: AccountName,
  before: ReadonlyMap<string, Figures>,
  after: ReadonlyMap<string, Figures>,
  tally: Tally,
) {
  for (const [name, figures] of tally)
    for (const [field, expected] of Object.entries(who === "least" ? figures : asSeenByOthers(figures))) {
      const grown = (after.get(name)?.[field] ?? 0) - (before.get(name)?.[field] ?? 0);
      const isRight = field.includes("Time") ? Math.abs(grown - expected) <= toleranceMs : grown === expected;
      expectThat(`${who}: ${field} of ${name} grew by ${expected}: ${grown}`, isRight);
    }
}

function asSeenByOthers({ moved = 0, hungUp = 0, ...figures }: Figures): Figures {
  return moved + hungUp === 0 ? figures : { ...figures, exited: (figures.exited ?? 0) + moved + hungUp };
}

const anything: ExpectedStream = {
  numbers: Object.fromEntries(["1001", "1002", "1003", "1004", "1005", "1006"].map((agent) => [agent, /./])),
  counts: { sales: /./, support: /./, vip: /./, keys: /./, empty: /^(1 0)?$/ },
  waitEnds: {
    keys: ["exited", "moved", "hungUp", "picked 1006", "unknown"],
    support: ["answered 1001", "exited"],
    empty: ["exited"],
  },
  devicesUnknown: ["1001", "1002", "1003", "1004", "1005", "1006"],
};

export const day: readonly Scenario[] = [
  {
    name: "EV18 EV19 a day of calls counts by the phones' clocks",
    run: async (bed) => {
      const before = await Promise.all(bed.observers.map(figuresOf));
      const tally = await playDay(bed);
      // What is missed or held back for a moment.
      await bed.pause(1500);
      for (const [index, observer] of bed.observers.entries())
        checkGrowth(observer.account, before[index] ?? new Map(), await figuresOf(observer), tally);
      return { ...anything, anyOccurrences: true };
    },
  },
];
