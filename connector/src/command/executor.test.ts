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
import { channels, sampleContext } from "../testing/command-samples.ts";
import { type CarryOutPorts, carryOut } from "./carry-out.ts";
import { createExecutor, maxCommands } from "./executor.ts";
import { createParkings } from "./parking.ts";
import { planCommand } from "./plan.ts";
import { type Plan, stepOf } from "./step.ts";

const context = sampleContext();

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

/** An executor and `carryOut`, with actions that the test answers and a clock and timers that it moves. */
function createBench() {
  const sent: Sent[] = [];
  const replies: [id: string, Outcome][] = [];
  const finished: string[] = [];
  const ringing = new Map<string, string>();
  const audits: Audit[] = [];
  const resets: (string | null)[] = [];
  const refusedOriginates: string[] = [];
  const commanded: string[] = [];
  const timers: (() => void)[] = [];
  let now = 0;
  let ids = 0;
  const setTimer = (_ms: number, run: () => void) => {
    timers.push(run);
    return () => timers.splice(timers.indexOf(run), 1);
  };
  const parkings = createParkings(setTimer);
  const newActionId = () => `pbxis-${++ids}`;
  const ports: CarryOutPorts = {
    request: (action, fields, actionId) =>
      new Promise((answer) =>
        sent.push({ action, fields: fields.map((field) => field.join("=")).join(" "), actionId, answer }),
      ),
    audit: async () => audits.shift() ?? null,
    newActionId,
    now: () => now,
    parkings,
    ringing: {
      remember: (agent, actionId, forMs) => ringing.set(actionId, `${agent} ${forMs}`),
      forget: (uniqueId) => ringing.delete(uniqueId),
    },
    onUnannounced: (change) => {
      if (change.kind === "queueReset") resets.push(change.queue);
      else if (change.kind === "originateRefused") refusedOriginates.push(change.actionId);
      else commanded.push(`${change.channel} ${change.outcome}`);
    },
  };
  const executor = createExecutor({
    execute: ({ command, reach }, startBefore) => {
      const ringingOf = (agent: string) => (agent === "1004" ? "rings" : null);
      const plan = planCommand(command, reach, { ...context, actionId: newActionId(), ringing: ringingOf });
      return carryOut(plan, startBefore, ports);
    },
    now: () => now,
    setTimer,
    emit: (output) => {
      if (output.kind === "reply") replies.push([output.id, output.outcome]);
      else finished.push(`${output.command.id} ${output.ms}`);
    },
  });
  return {
    executor,
    parkings,
    audits,
    sent,
    replies,
    finished,
    ringing,
    resets,
    refusedOriginates,
    commanded,
    timers,
    submit: (id: string, given: object, startBefore = 1000) => executor.submit(command(id, given), startBefore),
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
const unknownOutcome = { status: "unknown", error: { code: "outcome_unknown" } };

const originate = { type: "originate", agent: "1001", to: "1002" };
const redirect = { type: "redirect", agent: "1001", to: "1009" };
const park = { type: "park", agent: "1001" };
const pauseAll = { type: "queuePause", agent: "1001" };
const reset = { type: "queueReset" };

describe("CM11 Asterisk's answers and the outcome", () => {
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
    ["lost", originate, [lost], unknownOutcome],
    ["not sent", originate, [notSent], failure("unavailable")],
    ["an extension that exists", redirect, [valued("1"), success], done({ channel: channels.annsCaller })],
    [
      "a PBX that cannot say whether it exists",
      redirect,
      [valued(""), success],
      done({ channel: channels.annsCaller }),
    ],
    ["an extension that does not exist", redirect, [valued("0")], failure("asterisk_refused")],
    ["the question lost, so nothing was done", redirect, [lost], failure("unavailable")],
    ["the redirect lost", redirect, [valued("1"), lost], unknownOutcome],
    [
      "a channel that has ended",
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
    ["the second lost", pauseAll, [success, lost], unknownOutcome],
    ["the second not sent", pauseAll, [success, notSent], failure("unavailable", { queues: ["sales"] })],
    ["all queues' statistics", reset, [success], done({ queues: ["support", "sales"] })],
  ] as [string, object, ActionAnswer[], object][])("%s", async (_title, given, answers, outcome) => {
    const bench = createBench();
    bench.submit("c", given);
    for (const answer of answers) {
      expect(bench.replies).toEqual([]);
      await bench.answer(answer);
    }
    expect(bench.replies).toMatchObject([["c", outcome]]);
    expect(bench.sent).toHaveLength(answers.length);
    expect(new Set(bench.sent.map(({ actionId }) => actionId)).size).toBe(answers.length);
    expect(bench.finished).toEqual(["c 0"]);
  });

  it("a refused queueAdd sends no reason; a refused reason reports that the agent is logged on", async () => {
    const add = { type: "queueAdd", queue: "sales", agent: "1002", paused: true, reason: "Lunch" };
    const bench = createBench();
    bench.submit("a", add);
    await bench.answer(refusal("Unable to add interface: Already there"));
    bench.submit("b", add);
    await bench.answer(success);
    await bench.answer(refusal("Interface not found"));
    expect(bench.actions()).toEqual(["QueueAdd", "QueueAdd", "QueuePause"]);
    const already = { message: "Asterisk refused: Unable to add interface: Already there" };
    expect(bench.replies).toMatchObject([
      ["a", failure("asterisk_refused", already)],
      ["b", failure("not_found", { queues: ["sales"] })],
    ]);
  });

  it.each([
    ["accepted", success, true],
    ["perhaps accepted", lost, true],
    ["refused", refusal("no"), false],
    ["not sent", notSent, false],
  ])("CM6 whether an originate rings that was %s", async (_title, answer, mayRing) => {
    const bench = createBench();
    bench.submit("c", originate);
    // Already now: the events of its end may arrive together with the answer.
    expect([...bench.ringing]).toEqual([["pbxis-1", "1001 30000"]]);
    await bench.answer(answer);
    expect(bench.ringing.has("pbxis-1")).toBe(mayRing);
  });

  it.each([
    ["done", success, false],
    ["refused because the channel is gone", refusal("No such channel"), false],
    ["refused", refusal("Permission denied"), true],
    ["lost", lost, true],
    ["not sent", notSent, true],
  ])("CM6 whether an originated call still rings if its hangup was %s", async (_title, answer, mayRing) => {
    const bench = createBench();
    bench.ringing.set("rings", "1004 30000");
    bench.submit("c", { type: "hangup", agent: "1004" });
    await bench.answer(answer);
    expect(bench.sent.map(({ fields }) => fields)).toEqual(["Channel=a1004-rings"]);
    expect(bench.ringing.has("rings")).toBe(mayRing);
  });

  it("EV9 the model learns of a reset that succeeded", async () => {
    const bench = createBench();
    bench.submit("a", { type: "queueReset", queue: "sales" });
    await bench.answer(refusal("no"));
    bench.submit("b", { type: "queueReset", queue: "sales" });
    await bench.answer(success);
    bench.submit("c", reset);
    await bench.answer(success);
    expect(bench.resets).toEqual(["sales", null]);
  });
});

describe("CM3 the parking space arrives in an event", () => {
  const parkedCall = (channel: string) =>
    ({ type: "parkedCall", channel, callerId: null, parkingSpace: "701", at: 0 }) as const;
  const parked = parkedCall(channels.annsCaller);
  const space = done({ channel: channels.annsCaller, parkingSpace: "701" });

  it("after the answer", async () => {
    const bench = createBench();
    bench.submit("c", park);
    await bench.answer(success);
    bench.parkings.onEvents([parkedCall(channels.fay)]);
    await settle();
    expect(bench.replies).toEqual([]);
    bench.parkings.onEvents([{ ...parked, type: "unParkedCall" }, parked]);
    await settle();
    expect(bench.replies).toEqual([["c", space]]);
  });

  it.each([
    ["success", success],
    ["a lost answer", lost],
  ])("before %s", async (_title, answer) => {
    const bench = createBench();
    bench.submit("c", park);
    bench.parkings.onEvents([parked]);
    await bench.answer(answer);
    expect(bench.replies).toEqual([["c", space]]);
  });

  it("without the event the outcome is unknown", async () => {
    const bench = createBench();
    bench.submit("a", park);
    await bench.answer(success);
    bench.timers[0]?.();
    await settle();
    bench.submit("b", park);
    await bench.answer(lost);
    expect(bench.replies).toMatchObject([
      ["a", unknownOutcome],
      ["b", unknownOutcome],
    ]);
  });

  it("a refusal needs no event", async () => {
    const bench = createBench();
    bench.submit("c", park);
    await bench.answer(refusal("Channel does not exist: x"));
    expect(bench.replies).toMatchObject([["c", failure("not_found")]]);
  });
});

describe("CM11 deadlines", () => {
  it("nothing starts after its deadline, also after waiting", async () => {
    const bench = createBench();
    bench.submit("a", originate, 100);
    bench.submit("b", originate, 100);
    bench.wait(100);
    bench.submit("c", redirect, 100);
    bench.submit("d", { ...originate, agent: "1002" }, 100);
    await settle();
    expect(bench.replies).toMatchObject([["d", failure("deadline_passed")]]);
    await bench.answer(success);
    expect(bench.actions()).toEqual(["Originate"]);
    expect(bench.replies.slice(1)).toMatchObject([
      ["a", done({})],
      ["b", failure("deadline_passed")],
      ["c", failure("deadline_passed")],
    ]);
    expect(bench.finished).toContain("b 100");
  });

  it("a waiting command fails at its deadline, however long those before it take", async () => {
    const bench = createBench();
    bench.submit("a", originate, 100);
    bench.submit("b", originate, 100);
    bench.submit("c", redirect, 200);
    bench.wait(100);
    for (const run of bench.timers.splice(0)) run();
    expect(bench.replies).toMatchObject([["b", failure("deadline_passed")]]);
    await bench.answer(success);
    expect(bench.actions()).toEqual(["Originate", "Getvar"]);
  });

  it("no later step starts, and the failure names what was done", async () => {
    const bench = createBench();
    bench.submit("a", pauseAll, 100);
    bench.wait(100);
    await bench.answer(success);
    expect(bench.actions()).toEqual(["QueuePause"]);
    expect(bench.replies).toMatchObject([["a", failure("deadline_passed", { queues: ["sales"] })]]);
  });
});

describe("UP9 ids and lanes", () => {
  it("a repeated id is carried out once: it is ignored while it runs, then its outcome is sent again", async () => {
    const bench = createBench();
    for (let times = 0; times < 3; times++) bench.submit("a", originate);
    expect(bench.replies).toEqual([]);
    await bench.answer(success);
    bench.submit("a", redirect);
    expect(bench.actions()).toEqual(["Originate"]);
    expect(bench.replies).toEqual([
      ["a", done({ actionId: "pbxis-1" })],
      ["a", done({ actionId: "pbxis-1" })],
    ]);
    expect(bench.finished).toHaveLength(1);
  });

  it("commands of one agent wait for each other, those of others do not", async () => {
    const bench = createBench();
    bench.submit("a", originate);
    bench.submit("b", { type: "queuePause", agent: "1001", queue: "sales" });
    bench.submit("c", { ...originate, agent: "1002" });
    bench.submit("d", { type: "queueReset", queue: "sales" });
    bench.submit("e", { type: "hangup", channel: channels.fay });
    expect(bench.actions()).toEqual(["Originate", "Originate", "QueueReset", "Hangup"]);
    bench.sent[0]?.answer(success);
    await settle();
    expect(bench.actions()[4]).toBe("QueuePause");
    expect(bench.timers).toEqual([]);
  });

  it("too many are refused until one is finished", async () => {
    const bench = createBench();
    for (let index = 0; index < maxCommands; index++) bench.submit(`a${index}`, originate);
    expect(bench.replies).toEqual([]);
    bench.submit("b", originate);
    expect(bench.replies).toMatchObject([["b", failure("unavailable")]]);
    await bench.answer(success);
    bench.submit("c", { ...originate, agent: "1002" });
    bench.submit("b", originate);
    expect(bench.replies.at(-1)).toMatchObject(["b", failure("unavailable")]);
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

/**
 * Plays the cases, each delivered several times, with answers in any order; returns the replies to each, and which of
 * the properties were violated.
 */
async function play(cases: readonly Case[], answers: Iterator<ActionAnswer>, scheduler: fc.Scheduler) {
  const replies = cases.map((): Outcome[] => []);
  const wereLost = new Set<number>();
  const executions = new Map<number, number>();
  const order: number[] = [];
  const busy = new Map<number, number>();
  const violations: string[] = [];
  let now = 0;
  const check = (holds: boolean, violation: string) => {
    if (!holds) violations.push(violation);
  };
  const caseOf = (index: number) => cases[index] ?? expect.fail();
  const planOf = (given: SiteCommand): Plan => {
    const index = given.type === "originate" ? Number(given.to.slice(1)) : expect.fail();
    const { lane, startBefore, steps, independent } = caseOf(index);
    check(now < startBefore, "started too late");
    check(!busy.has(lane), "two at once in a lane");
    executions.set(index, (executions.get(index) ?? 0) + 1);
    busy.set(lane, index);
    if (steps === 0) return { kind: "settled", outcome: outcomeFailed("not_found", "no call") };
    const step = stepOf("Hangup", [["Channel", index]]);
    const followUp = { kind: "none" } as const;
    return { kind: "steps", actionId: "pbxis-1", steps: Array(steps).fill(step), independent, result: {}, followUp };
  };
  const ports: CarryOutPorts = {
    request: async (_action, fields) => {
      const index = Number(fields[0]?.[1]);
      check(now < caseOf(index).startBefore, "sent too late");
      check(busy.get(caseOf(index).lane) === index, "sent out of order");
      const answer: ActionAnswer = answers.next().value;
      if (answer.kind === "lost") wereLost.add(index);
      await scheduler.schedule(Promise.resolve(), "answer");
      now++;
      return answer;
    },
    audit: async () => null,
    newActionId: () => "pbxis-1",
    now: () => now,
    parkings: createParkings(() => () => {}),
    ringing: { remember: () => {}, forget: () => {} },
    onUnannounced: () => {},
  };
  const executor = createExecutor({
    execute: ({ command: given }, startBefore) => carryOut(planOf(given), startBefore, ports),
    now: () => now,
    setTimer: (_ms, run) => {
      void scheduler.schedule(Promise.resolve(), "timer").then(run);
      return () => {};
    },
    emit: (output) => {
      if (output.kind === "reply") {
        replies[Number(output.id)]?.push(output.outcome);
        return;
      }
      const index = Number(output.command.id);
      const { lane } = caseOf(index);
      if (busy.get(lane) === index) busy.delete(lane);
    },
  });
  for (const [index, { lane, startBefore, times }] of cases.entries())
    for (let time = 0; time < times; time++)
      void scheduler.schedule(Promise.resolve(), "delivery").then(() => {
        now++;
        if (!order.includes(index)) order.push(index);
        executor.submit(command(`${index}`, { ...originate, agent: `100${lane}`, to: `c${index}` }), startBefore);
      });
  await scheduler.waitIdle();
  return { replies, wereLost, executions, order, violations };
}

it.each([
  ["has a result", { at: 1, differences: 2, total: 2, audits: 1 }, "done"],
  ["was cut off", null, "failed"],
] as const)("AP11 an audit that %s ends the command", async (_what, audit, status) => {
  const bench = createBench();
  if (audit) bench.audits.push(audit);
  bench.submit("a", { type: "audit" });
  await settle();
  const expected = audit ? { status, result: { audit } } : { status, error: { code: "unavailable" } };
  expect(bench.replies).toMatchObject([["a", expected]]);
  expect(bench.sent).toEqual([]);
});

it("CM11 in any order of deliveries, answers and timers each id has one outcome and is carried out at most once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someCase, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(someAnswer),
      fc.scheduler(),
      async (cases, answers, scheduler) => {
        const { replies, wereLost, executions, order, violations } = await play(cases, answers, scheduler);
        expect(violations).toEqual([]);
        for (const [index, outcomes] of replies.entries()) {
          const [first, ...again] = outcomes;
          expect(again).toEqual(again.map(() => first));
          const isLate = first?.status === "failed" && first.error.code === "deadline_passed";
          expect(isLate ? [0, 1] : [1]).toContain(executions.get(index) ?? 0);
          expect(first?.status === "unknown").toBe(wereLost.has(index));
        }
        for (const lane of [1, 2, 3]) {
          const started = [...executions.keys()].filter((index) => cases[index]?.lane === lane);
          expect(started).toEqual(order.filter((index) => started.includes(index)));
        }
      },
    ),
    { numRuns: 300 },
  );
});

it("an invalid command fails in its lane", async () => {
  const bench = createBench();
  bench.executor.submit({ ...command("a", originate), command: { ...originate, to: "a,b" } as SiteCommand }, 1000);
  await settle();
  expect(bench.replies).toMatchObject([["a", outcomeFailed("bad_request", expect.any(String))]]);
  expect(bench.sent).toEqual([]);
});
