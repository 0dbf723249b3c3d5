/** The executor's promises in any order of what happens, as one property. */
import { type Outcome, outcomeFailed, type SiteCommand } from "@pbxis/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ActionAnswer } from "../ami/link/action.ts";
import { command, lost, notSent, originate, refusal, success } from "../testing/command-samples.ts";
import { type CarryOutPorts, carryOut } from "./carry-out.ts";
import { createExecutor } from "./executor.ts";
import { createParkings } from "./parking.ts";
import { type Plan, stepOf } from "./step.ts";
import { createTransferWatches } from "./transfer-watch.ts";

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
    picks: { remember: () => {} },
    waitingCaller: () => null,
    onUnannounced: () => {},
    transfers: createTransferWatches(() => () => {}),
    callsOf: () => [],
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
