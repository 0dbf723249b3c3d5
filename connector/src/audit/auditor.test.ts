import type { Audit } from "@pbxis/shared";
import { expect, it } from "vitest";
import { type AmiEvent, regenerationLists } from "../ami/event/event.ts";
import { createAgentRule } from "../model/state/agent.ts";
import { createPipeline } from "../pipeline/pipeline.ts";
import { createAuditor, leastGapMs, settleMs } from "./auditor.ts";
import type { DifferenceTold } from "./describe.ts";
import { createFindings } from "./findings.ts";
import { jitter, repeat } from "./schedule.ts";

const at = 1_795_425_000_000;

/** Timers that the test lets go off. */
function createTimers() {
  const timers: { ms: number; run: () => void }[] = [];
  const setTimer = (ms: number, run: () => void) => {
    const timer = { ms, run };
    timers.push(timer);
    return () => {
      const place = timers.indexOf(timer);
      if (place >= 0) timers.splice(place, 1);
    };
  };
  return { timers, setTimer, fire: () => timers.shift()?.run() };
}

/** An Asterisk of one queue with one member, who is paused or not. */
function createBench() {
  const pipeline = createPipeline(createAgentRule());
  const timers = createTimers();
  const told: [Audit, readonly DifferenceTold[]][] = [];
  let now = 0;
  let asked = 0;
  let paused = false;
  const auditor = createAuditor({
    tracker: pipeline.audit,
    findings: createFindings(),
    isUp: pipeline.isUp,
    regenerate: () => asked++,
    now: () => now,
    wallClock: () => at,
    setTimer: timers.setTimer,
    onFinished: (audit, differences) => told.push([audit, differences]),
  });

  function member(): AmiEvent {
    return {
      ...{ kind: "queueMember", queue: "support", memberInterface: "PJSIP/1001", name: "Ann", penalty: 0, at },
      ...{
        callsTaken: 0,
        lastCall: 0,
        lastPause: 0,
        stateInterface: "PJSIP/1001",
        status: 1,
        paused,
        pausedReason: null,
      },
    };
  }

  function answerLists(): void {
    pipeline.take({ kind: "regenerationStarted", at });
    pipeline.take(member());
    for (const list of regenerationLists) pipeline.take({ kind: "listCompleted", list, at });
    pipeline.up(at, at, "22.10.1");
    auditor.onUp();
  }

  answerLists();
  return {
    ...{ auditor, answerLists, told, timers },
    asked: () => asked,
    wait: (ms: number) => {
      now += ms;
    },
    /** Its event is lost. */
    pause: () => {
      paused = true;
    },
    tellPause: () => pipeline.take({ ...member(), kind: "queueMemberPause" } as AmiEvent),
    lose: () => {
      auditor.giveUp();
      pipeline.down(at, at);
    },
  };
}

it("the first regeneration is no audit, and nor is one that nobody asked for", () => {
  const { told, timers, answerLists } = createBench();
  answerLists();
  expect([told, timers.timers]).toEqual([[], []]);
});

it("a pause whose event was lost is a difference, told with what it was and is", async () => {
  const { auditor, answerLists, pause, told, timers } = createBench();
  pause();
  const result = auditor.run();
  answerLists();
  expect(told).toEqual([]);
  expect(timers.timers.map(({ ms }) => ms)).toEqual([settleMs]);
  timers.fire();
  const audit = { at, differences: 1, total: 1, audits: 1 };
  expect(await result).toEqual(audit);
  const from = "not_inuse, device not_inuse, penalty 0";
  const to = "paused, device not_inuse, penalty 0";
  expect(told).toEqual([[audit, [{ kind: "queueMemberStatus", agent: "1001", queue: "support", from, to }]]]);
});

it("a live event that comes a moment after the lists explains what they told", async () => {
  const { auditor, answerLists, pause, tellPause, timers } = createBench();
  pause();
  const result = auditor.run();
  answerLists();
  tellPause();
  timers.fire();
  expect(await result).toMatchObject({ differences: 0, audits: 1 });
});

it("one at a time: who asks meanwhile gets the same result", async () => {
  const { auditor, answerLists, asked, timers } = createBench();
  const results = [auditor.run(), auditor.run()];
  answerLists();
  results.push(auditor.run());
  timers.fire();
  const [first, ...others] = await Promise.all(results);
  expect(others).toEqual([first, first]);
  expect(asked()).toBe(1);
});

it("who asks soon after gets the last result; later there is a new audit", async () => {
  const { auditor, answerLists, asked, timers, wait } = createBench();
  const first = auditor.run();
  answerLists();
  timers.fire();
  wait(leastGapMs - 1);
  expect(await auditor.run()).toBe(await first);
  wait(1);
  const second = auditor.run();
  answerLists();
  timers.fire();
  expect(await second).toMatchObject({ audits: 2 });
  expect(asked()).toBe(2);
});

it.each([
  ["while its lists come", false],
  ["when they are complete", true],
])(
  "AMI is lost %s: there is no result, and the next connection's regeneration is no audit",
  async (_when, complete) => {
    const { auditor, answerLists, pause, lose, told, timers } = createBench();
    pause();
    const result = auditor.run();
    if (complete) answerLists();
    lose();
    expect(await result).toBeNull();
    answerLists();
    timers.fire();
    expect(told).toEqual([]);
    expect(timers.timers).toEqual([]);
  },
);

it("there is none while AMI is away", async () => {
  const { auditor, lose, asked } = createBench();
  lose();
  expect(await auditor.run()).toBeNull();
  expect(asked()).toBe(0);
});

it("a regeneration that follows at once puts the end off", async () => {
  const { auditor, answerLists, told, timers } = createBench();
  void auditor.run();
  answerLists();
  answerLists();
  expect(timers.timers).toHaveLength(1);
  timers.fire();
  expect(told).toHaveLength(1);
});

it("what is repeated comes at intervals that chance makes up to a tenth longer or shorter, until it is stopped", () => {
  const { timers, setTimer, fire } = createTimers();
  const randoms = [0, 0.5, 0.999];
  let times = 0;
  const stop = repeat(
    1000,
    () => randoms.shift() ?? 0,
    setTimer,
    () => times++,
  );
  expect(timers[0]?.ms).toBeCloseTo(1000 * (1 - jitter));
  fire();
  expect(timers[0]?.ms).toBeCloseTo(1000);
  fire();
  expect(timers[0]?.ms).toBeLessThan(1000 * (1 + jitter));
  expect(times).toBe(2);
  stop();
  expect(timers).toEqual([]);
});
