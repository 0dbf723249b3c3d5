import { type Audit, type Outcome, outcomeFailed, type SiteCommand } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { ActionAnswer } from "../ami/link/action.ts";
import {
  channels,
  command,
  lost,
  notSent,
  originate,
  refusal,
  sampleContext,
  success,
  valued,
} from "../testing/command-samples.ts";
import { type CarryOutPorts, carryOut } from "./carry-out.ts";
import { createExecutor, maxCommands } from "./executor.ts";
import { createParkings } from "./parking.ts";
import { planCommand } from "./plan.ts";
import { createTransferWatches } from "./transfer-watch.ts";

const context = sampleContext();

type Sent = { action: string; fields: string; actionId: string; answer: (answer: ActionAnswer) => void };
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
  const picked: string[] = [];
  /** Callers who do not wait any more. */
  const gone = new Set<string>();
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
      else if (change.kind === "callerCommanded") commanded.push(`${change.channel} ${change.outcome}`);
    },
    transfers: createTransferWatches(setTimer),
    callsOf: context.lookup.callsOf,
    picks: { remember: (actionId, { caller, channel }) => picked.push(`${actionId} ${caller} ${channel}`) },
    waitingCaller: (queue, uniqueId) => (gone.has(uniqueId) ? null : context.lookup.waitingCaller(queue, uniqueId)),
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
    picked,
    gone,
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

  it.each([
    ["done", success, ["hungUp"]],
    ["lost, and perhaps done", lost, ["hungUp"]],
    ["refused", refusal("No such channel"), ["hungUp", "null"]],
    ["not sent", notSent, ["hungUp", "null"]],
  ])("EV16 the model knows of a hangup before Asterisk does, also if it was %s", async (_what, answer, outcomes) => {
    const bench = createBench();
    bench.submit("a", { type: "hangup", channel: channels.fay });
    expect(bench.commanded).toEqual([`${channels.fay} hungUp`]);
    bench.sent[0]?.answer(answer);
    await settle();
    expect(bench.commanded).toEqual(outcomes.map((outcome) => `${channels.fay} ${outcome}`));
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

it("an invalid command fails in its lane", async () => {
  const bench = createBench();
  bench.executor.submit({ ...command("a", originate), command: { ...originate, to: "a,b" } as SiteCommand }, 1000);
  await settle();
  expect(bench.replies).toMatchObject([["a", outcomeFailed("bad_request", expect.any(String))]]);
  expect(bench.sent).toEqual([]);
});

describe("CM7 a caller who waits", () => {
  const caller = { queue: "sales", uniqueId: "w1" };
  const outcomes = ({ replies }: ReturnType<typeof createBench>) => replies.map(([, outcome]) => outcome);

  it("a caller who is answered while a question is under way is left alone", async () => {
    const test = createBench();
    test.submit("1", { type: "moveCaller", ...caller, to: "1009" });
    test.gone.add("w1");
    await test.answer(valued("1"));
    expect([test.actions(), test.commanded]).toEqual([["Getvar"], []]);
    expect(outcomes(test)).toMatchObject([{ status: "failed", error: { code: "not_found" } }]);
  });

  it("the phone that rings for a caller is remembered with its caller", async () => {
    const test = createBench();
    test.submit("1", { type: "pickCaller", ...caller, agent: "1009" });
    await test.answer(valued("1"));
    await test.answer(success);
    expect(test.picked).toEqual(["pbxis-1 w1 a1009-pbxis-1"]);
    expect(outcomes(test)).toEqual([{ status: "done", result: { actionId: "pbxis-1" } }]);
  });

  it("a priority is done with the place that the list shows; who has gone meanwhile is not found", async () => {
    const test = createBench();
    for (const id of ["1", "2"]) {
      test.submit(id, { type: "prioritizeCaller", ...caller, priority: 7 });
      await test.answer(success);
      if (id === "2") test.gone.add("w1");
      await test.answer(success);
    }
    expect(outcomes(test)).toMatchObject([
      { status: "done", result: { position: 1 } },
      { status: "failed", error: { code: "not_found" } },
    ]);
  });
});
