import {
  type Audit,
  type Outcome,
  outcomeFailed,
  type SiteCommand,
  SiteCommand as SiteCommandSchema,
  type UplinkCommand,
} from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ActionAnswer } from "../ami/link/action.ts";
import { channels, sampleWorld } from "../testing/command-samples.ts";
import { createExecutor, maxCommands } from "./executor.ts";
import { createParkings } from "./parking.ts";
import { planCommand } from "./plan.ts";
import { stepOf } from "./step.ts";

const world = sampleWorld();

type Sent = { action: string; fields: string; actionId: string; answer: (answer: ActionAnswer) => void };
const success: ActionAnswer = { kind: "answered", ok: true, message: "", fields: new Map() };
const refusal = (message: string): ActionAnswer => ({ kind: "answered", ok: false, message, fields: new Map() });
const valued = (value: string): ActionAnswer => ({ ...success, fields: new Map([["Value", value]]) }) as ActionAnswer;
const lost: ActionAnswer = { kind: "lost", because: "the connection ended" };
const notSent: ActionAnswer = { kind: "notSent", because: "AMI is not connected" };

function command(id: string, given: object): UplinkCommand {
  const reach = { agents: "*", queues: "*" } as const;
  return { type: "command", id, deadlineAt: 0, reach, command: SiteCommandSchema.parse(given) };
}

/** An executor whose actions the test answers, and whose clock and timers it moves. */
function createBench() {
  const sent: Sent[] = [];
  const told: [id: string, Outcome][] = [];
  const finished: string[] = [];
  const ringing = new Map<string, string>();
  const audits: Audit[] = [];
  const resets: (string | null)[] = [];
  const refusedOriginates: string[] = [];
  const timers: (() => void)[] = [];
  let now = 0;
  let ids = 0;
  const setTimer = (_ms: number, run: () => void) => {
    timers.push(run);
    return () => timers.splice(timers.indexOf(run), 1);
  };
  const parkings = createParkings(setTimer);
  const executor = createExecutor({
    setTimer,
    plan: (given, reach, actionId) =>
      planCommand(given, reach, { ...world, actionId, ringing: (agent) => (agent === "1004" ? "rings" : null) }),
    request: (action, fields, actionId) =>
      new Promise((answer) =>
        sent.push({ action, fields: fields.map((field) => field.join("=")).join(" "), actionId, answer }),
      ),
    newActionId: () => `pbxis-${++ids}`,
    now: () => now,
    parkings,
    onRinging: (agent, actionId, forMs) => ringing.set(actionId, `${agent} ${forMs}`),
    onSilence: (uniqueId) => ringing.delete(uniqueId),
    onQueueReset: (queue) => resets.push(queue),
    onOriginateRefused: (actionId) => refusedOriginates.push(actionId),
    audit: async () => audits.shift() ?? null,
    tell: (id, outcome) => told.push([id, outcome]),
    onFinished: ({ id }, _outcome, ms) => finished.push(`${id} ${ms}`),
  });
  return {
    ...{ executor, parkings, audits, sent, told, finished, ringing, resets, refusedOriginates, timers },
    take: (id: string, given: object, startBefore = 1000) => executor.take(command(id, given), startBefore),
    wait: (ms: number) => {
      now += ms;
    },
    /** Answers what was sent last, and lets everything go on that waits for it. */
    answer: async (answer: ActionAnswer) => {
      sent.at(-1)?.answer(answer);
      await settle();
    },
    actions: () => sent.map(({ action }) => action),
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

const done = (result: object) => ({ status: "done", result });
const failure = (code: string, more: object = {}) => ({ status: "failed", error: { code, ...more } });
const unknown = { status: "unknown", error: { code: "outcome_unknown" } };

const originate = { type: "originate", agent: "1001", to: "1002" };
const redirect = { type: "redirect", agent: "1001", to: "1009" };
const park = { type: "park", agent: "1001" };
const pauseAll = { type: "queuePause", agent: "1001" };
const reset = { type: "queueReset" };

describe("CM11 the outcome by Asterisk's answers", () => {
  it.each([
    ["done", originate, [success], done({ actionId: "pbxis-1" })],
    [
      "refused",
      originate,
      [refusal("Extension does not exist.")],
      failure("asterisk_refused", { actionId: "pbxis-1" }),
    ],
    [
      "refused for another reason",
      originate,
      [refusal("Account\r\nlocked")],
      failure("asterisk_refused", { message: "Asterisk refused: Account  locked" }),
    ],
    ["lost", originate, [lost], unknown],
    ["not sent", originate, [notSent], failure("unavailable")],
    ["an extension that is there", redirect, [valued("1"), success], done({ channel: channels.annsCaller })],
    ["a PBX that cannot say whether it is", redirect, [valued(""), success], done({ channel: channels.annsCaller })],
    ["an extension that is not there", redirect, [valued("0")], failure("asterisk_refused")],
    ["the question lost: nothing was done", redirect, [lost], failure("unavailable")],
    ["the redirect lost", redirect, [valued("1"), lost], unknown],
    [
      "a channel that has gone",
      redirect,
      [valued("1"), refusal("Channel does not exist: PJSIP/x-1")],
      failure("not_found"),
    ],
    ["several queues", pauseAll, [success, success], done({ queues: ["sales", "support"] })],
    [
      "one of several refused",
      pauseAll,
      [refusal("Interface not found"), success],
      failure("not_found", { queues: ["support"] }),
    ],
    ["all refused", pauseAll, [refusal("Permission denied"), refusal("")], failure("not_permitted")],
    ["the second lost", pauseAll, [success, lost], unknown],
    ["the second not sent", pauseAll, [success, notSent], failure("unavailable", { queues: ["sales"] })],
    ["all queues' counts", reset, [success], done({ queues: ["support", "sales"] })],
  ] as [string, object, ActionAnswer[], object][])("%s", async (_title, given, answers, outcome) => {
    const bench = createBench();
    bench.take("c", given);
    for (const answer of answers) {
      expect(bench.told).toEqual([]);
      await bench.answer(answer);
    }
    expect(bench.told).toMatchObject([["c", outcome]]);
    expect(bench.sent).toHaveLength(answers.length);
    expect(new Set(bench.sent.map(({ actionId }) => actionId)).size).toBe(answers.length);
    expect(bench.finished).toEqual(["c 0"]);
  });

  it("a refused queueAdd is not followed by the reason; a refused reason tells that the agent is logged on", async () => {
    const add = { type: "queueAdd", queue: "sales", agent: "1002", paused: true, reason: "Lunch" };
    const bench = createBench();
    bench.take("a", add);
    await bench.answer(refusal("Unable to add interface: Already there"));
    bench.take("b", add);
    await bench.answer(success);
    await bench.answer(refusal("Interface not found"));
    expect(bench.actions()).toEqual(["QueueAdd", "QueueAdd", "QueuePause"]);
    const already = { message: "Asterisk refused: Unable to add interface: Already there" };
    expect(bench.told).toMatchObject([
      ["a", failure("asterisk_refused", already)],
      ["b", failure("not_found", { queues: ["sales"] })],
    ]);
  });

  it.each([
    ["taken", success, true],
    ["perhaps taken", lost, true],
    ["refused", refusal("no"), false],
    ["not sent", notSent, false],
  ])("CM6 whether an originate that was %s may ring", async (_title, answer, mayRing) => {
    const bench = createBench();
    bench.take("c", originate);
    // Already now: its end may be told together with the answer.
    expect([...bench.ringing]).toEqual([["pbxis-1", "1001 30000"]]);
    await bench.answer(answer);
    expect(bench.ringing.has("pbxis-1")).toBe(mayRing);
  });

  it.each([
    ["done", success, false],
    ["refused because there is none", refusal("No such channel"), false],
    ["refused", refusal("Permission denied"), true],
    ["lost", lost, true],
    ["not sent", notSent, true],
  ])("CM6 whether a phone may ring whose hangup was %s", async (_title, answer, mayRing) => {
    const bench = createBench();
    bench.ringing.set("rings", "1004 30000");
    bench.take("c", { type: "hangup", agent: "1004" });
    await bench.answer(answer);
    expect(bench.sent.map(({ fields }) => fields)).toEqual(["Channel=rings"]);
    expect(bench.ringing.has("rings")).toBe(mayRing);
  });

  it("EV9 a reset that succeeded is told to the model", async () => {
    const bench = createBench();
    bench.take("a", { type: "queueReset", queue: "sales" });
    await bench.answer(refusal("no"));
    bench.take("b", { type: "queueReset", queue: "sales" });
    await bench.answer(success);
    bench.take("c", reset);
    await bench.answer(success);
    expect(bench.resets).toEqual(["sales", null]);
  });
});

describe("CM3 where a call is parked, an event tells", () => {
  const parkedCall = (channel: string) =>
    ({ type: "parkedCall", channel, callerId: null, parkingSpace: "701", at: 0 }) as const;
  const parked = parkedCall(channels.annsCaller);
  const space = done({ channel: channels.annsCaller, parkingSpace: "701" });

  it("after the answer", async () => {
    const bench = createBench();
    bench.take("c", park);
    await bench.answer(success);
    bench.parkings.onEvents([parkedCall(channels.fay)]);
    await settle();
    expect(bench.told).toEqual([]);
    bench.parkings.onEvents([{ ...parked, type: "unParkedCall" }, parked]);
    await settle();
    expect(bench.told).toEqual([["c", space]]);
  });

  it.each([
    ["success", success],
    ["a lost answer", lost],
  ])("before %s", async (_title, answer) => {
    const bench = createBench();
    bench.take("c", park);
    bench.parkings.onEvents([parked]);
    await bench.answer(answer);
    expect(bench.told).toEqual([["c", space]]);
  });

  it("without the event it is unknown whether the call is parked", async () => {
    const bench = createBench();
    bench.take("a", park);
    await bench.answer(success);
    bench.timers[0]?.();
    await settle();
    bench.take("b", park);
    await bench.answer(lost);
    expect(bench.told).toMatchObject([
      ["a", unknown],
      ["b", unknown],
    ]);
  });

  it("a refusal is one", async () => {
    const bench = createBench();
    bench.take("c", park);
    await bench.answer(refusal("Channel does not exist: x"));
    expect(bench.told).toMatchObject([["c", failure("not_found")]]);
  });
});

describe("CM11 deadlines", () => {
  it("after it nothing is started, also of what has waited", async () => {
    const bench = createBench();
    bench.take("a", originate, 100);
    bench.take("b", originate, 100);
    bench.wait(100);
    bench.take("c", redirect, 100);
    bench.take("d", { ...originate, agent: "1002" }, 100);
    await settle();
    expect(bench.told).toMatchObject([["d", failure("deadline_passed")]]);
    await bench.answer(success);
    expect(bench.actions()).toEqual(["Originate"]);
    expect(bench.told.slice(1)).toMatchObject([
      ["a", done({})],
      ["b", failure("deadline_passed")],
      ["c", failure("deadline_passed")],
    ]);
    expect(bench.finished).toContain("b 100");
  });

  it("what waits is told so at once, however long those before it take", async () => {
    const bench = createBench();
    bench.take("a", originate, 100);
    bench.take("b", originate, 100);
    bench.take("c", redirect, 200);
    bench.wait(100);
    for (const run of bench.timers.splice(0)) run();
    expect(bench.told).toMatchObject([["b", failure("deadline_passed")]]);
    await bench.answer(success);
    expect(bench.actions()).toEqual(["Originate", "Getvar"]);
  });

  it("nor is a later step; what was done is told", async () => {
    const bench = createBench();
    bench.take("a", pauseAll, 100);
    bench.wait(100);
    await bench.answer(success);
    expect(bench.actions()).toEqual(["QueuePause"]);
    expect(bench.told).toMatchObject([["a", failure("deadline_passed", { queues: ["sales"] })]]);
  });
});

describe("UP9 ids and lanes", () => {
  it("a repeated id is carried out once: ignored while it runs, then its outcome is told again", async () => {
    const bench = createBench();
    for (let times = 0; times < 3; times++) bench.take("a", originate);
    expect(bench.told).toEqual([]);
    await bench.answer(success);
    bench.take("a", redirect);
    expect(bench.actions()).toEqual(["Originate"]);
    expect(bench.told).toEqual([
      ["a", done({ actionId: "pbxis-1" })],
      ["a", done({ actionId: "pbxis-1" })],
    ]);
    expect(bench.finished).toHaveLength(1);
  });

  it("one agent's commands wait for each other, another's do not", async () => {
    const bench = createBench();
    bench.take("a", originate);
    bench.take("b", { type: "queuePause", agent: "1001", queue: "sales" });
    bench.take("c", { ...originate, agent: "1002" });
    bench.take("d", { type: "queueReset", queue: "sales" });
    bench.take("e", { type: "hangup", channel: channels.fay });
    expect(bench.actions()).toEqual(["Originate", "Originate", "QueueReset", "Hangup"]);
    bench.sent[0]?.answer(success);
    await settle();
    expect(bench.actions()[4]).toBe("QueuePause");
    expect(bench.timers).toEqual([]);
  });

  it("too many are refused, and there is room again when one is finished", async () => {
    const bench = createBench();
    for (let index = 0; index < maxCommands; index++) bench.take(`a${index}`, originate);
    expect(bench.told).toEqual([]);
    bench.take("b", originate);
    expect(bench.told).toMatchObject([["b", failure("unavailable")]]);
    await bench.answer(success);
    bench.take("c", { ...originate, agent: "1002" });
    bench.take("b", originate);
    expect(bench.told.at(-1)).toMatchObject(["b", failure("unavailable")]);
    expect(bench.actions()).toHaveLength(3);
  });
});

type Case = Readonly<{ lane: number; startBefore: number; steps: number; independent: boolean; times: number }>;
const someCase: fc.Arbitrary<Case> = fc.record({
  lane: fc.integer({ min: 1, max: 3 }),
  startBefore: fc.oneof(fc.nat(20), fc.constant(1000)),
  steps: fc.nat(3),
  independent: fc.boolean(),
  times: fc.integer({ min: 1, max: 3 }),
});
const someAnswer = fc.oneof(
  { weight: 3, arbitrary: fc.constant(success) },
  { weight: 1, arbitrary: fc.constantFrom(refusal("no"), lost, notSent) },
);

/** Plays the cases, each delivered several times, with answers that come in any order; gives what was told of each, and what went wrong. */
async function play(cases: readonly Case[], answers: Iterator<ActionAnswer>, scheduler: fc.Scheduler) {
  const told = cases.map((): Outcome[] => []);
  const wereLost = new Set<number>();
  const lives = new Map<number, number>();
  const order: number[] = [];
  const busy = new Map<number, number>();
  const faults: string[] = [];
  let now = 0;
  const check = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  const caseOf = (index: number) => cases[index] ?? expect.fail();
  const executor = createExecutor({
    plan: (given, _reach, actionId) => {
      const index = given.type === "originate" ? Number(given.to.slice(1)) : expect.fail();
      const { lane, startBefore, steps, independent } = caseOf(index);
      check(now < startBefore, "started too late");
      check(!busy.has(lane), "two at once in a lane");
      lives.set(index, (lives.get(index) ?? 0) + 1);
      busy.set(lane, index);
      if (steps === 0) return { kind: "settled", outcome: outcomeFailed("not_found", "no call") };
      const step = stepOf("Hangup", [["Channel", index]]);
      const aftermath = { kind: "none" } as const;
      return { kind: "steps", actionId, steps: Array(steps).fill(step), independent, result: {}, aftermath };
    },
    request: async (_action, fields) => {
      const index = Number(fields[0]?.[1]);
      check(now < caseOf(index).startBefore, "sent too late");
      check(busy.get(caseOf(index).lane) === index, "sent out of its turn");
      const answer: ActionAnswer = answers.next().value;
      if (answer.kind === "lost") wereLost.add(index);
      await scheduler.schedule(Promise.resolve(), "answer");
      now++;
      return answer;
    },
    newActionId: () => "pbxis-1",
    now: () => now,
    parkings: createParkings(() => () => {}),
    setTimer: (_ms, run) => {
      void scheduler.schedule(Promise.resolve(), "timer").then(run);
      return () => {};
    },
    onRinging: () => {},
    onSilence: () => {},
    onQueueReset: () => {},
    onOriginateRefused: () => {},
    audit: async () => null,
    tell: (id, outcome) => told[Number(id)]?.push(outcome),
    onFinished: ({ id }) => {
      const { lane } = caseOf(Number(id));
      if (busy.get(lane) === Number(id)) busy.delete(lane);
    },
  });
  for (const [index, { lane, startBefore, times }] of cases.entries())
    for (let time = 0; time < times; time++)
      void scheduler.schedule(Promise.resolve(), "delivery").then(() => {
        now++;
        if (!order.includes(index)) order.push(index);
        executor.take(command(`${index}`, { ...originate, agent: `100${lane}`, to: `c${index}` }), startBefore);
      });
  await scheduler.waitIdle();
  return { told, wereLost, lives, order, faults };
}

it.each([
  ["found", { at: 1, differences: 2, total: 2, audits: 1 }, "done"],
  ["came to nothing", null, "failed"],
] as const)("AP10 an audit that %s is the outcome", async (_what, audit, status) => {
  const bench = createBench();
  if (audit) bench.audits.push(audit);
  bench.take("a", { type: "audit" });
  await settle();
  const expected = audit ? { status, result: { audit } } : { status, error: { code: "unavailable" } };
  expect(bench.told).toMatchObject([["a", expected]]);
  expect(bench.sent).toEqual([]);
});

it("CM11 in any order of deliveries, answers and time each id has one outcome, and at most one life", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someCase, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(someAnswer),
      fc.scheduler(),
      async (cases, answers, scheduler) => {
        const { told, wereLost, lives, order, faults } = await play(cases, answers, scheduler);
        expect(faults).toEqual([]);
        for (const [index, outcomes] of told.entries()) {
          const [first, ...again] = outcomes;
          expect(again).toEqual(again.map(() => first));
          const isLate = first?.status === "failed" && first.error.code === "deadline_passed";
          expect(isLate ? [0, 1] : [1]).toContain(lives.get(index) ?? 0);
          expect(first?.status === "unknown").toBe(wereLost.has(index));
        }
        for (const lane of [1, 2, 3]) {
          const started = [...lives.keys()].filter((index) => cases[index]?.lane === lane);
          expect(started).toEqual(order.filter((index) => started.includes(index)));
        }
      },
    ),
    { numRuns: 300 },
  );
});

it("what is wrong with a command is no matter of its lane", async () => {
  const bench = createBench();
  bench.executor.take({ ...command("a", originate), command: { ...originate, to: "a,b" } as SiteCommand }, 1000);
  await settle();
  expect(bench.told).toMatchObject([["a", outcomeFailed("bad_request", expect.any(String))]]);
  expect(bench.sent).toEqual([]);
});
