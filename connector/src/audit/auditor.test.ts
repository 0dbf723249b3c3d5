import type { Audit } from "@pbxis/shared";
import { expect, it } from "vitest";
import { type AmiEvent, regenerationLists } from "../ami/event/event.ts";
import { createAgentRule } from "../model/state/agent.ts";
import { createPipeline } from "../pipeline/pipeline.ts";
import { createAuditor, leastGapMs, settleMs } from "./auditor.ts";
import type { DescribedDifference } from "./describe.ts";
import { createFindings } from "./findings.ts";
import { jitter, repeat } from "./schedule.ts";
import { createAuditTracker } from "./tracker.ts";

const at = 1_795_425_000_000;

/** Timers that the test fires itself. */
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

/** An Asterisk with one queue and one member, paused or not. */
function createAudited() {
  const pipeline = createPipeline(createAgentRule());
  const tracker = createAuditTracker(pipeline.model);
  const timers = createTimers();
  const finished: [Audit, readonly DescribedDifference[]][] = [];
  let now = 0;
  let regenerations = 0;
  let paused = false;
  const auditor = createAuditor({
    tracker,
    findings: createFindings(),
    isUp: pipeline.isUp,
    regenerate: () => regenerations++,
    now: () => now,
    wallClock: () => at,
    setTimer: timers.setTimer,
    onFinished: (audit, differences) => finished.push([audit, differences]),
  });

  function member(): AmiEvent {
    return {
      kind: "queueMember",
      queue: "support",
      memberInterface: "PJSIP/1001",
      name: "Ann",
      penalty: 0,
      callsTaken: 0,
      lastCall: 0,
      lastPause: 0,
      wrapUpSeconds: 0,
      stateInterface: "PJSIP/1001",
      status: 1,
      paused,
      pausedReason: null,
      at,
    };
  }

  function handle(event: AmiEvent): void {
    tracker.onEvent(event);
    tracker.onReduced(event, pipeline.handle(event));
  }

  function answerLists(): void {
    handle({ kind: "regenerationStarted", at });
    handle(member());
    for (const list of regenerationLists) handle({ kind: "listCompleted", list, at });
    pipeline.up(at, at, "22.10.1");
    auditor.onUp();
  }

  answerLists();
  return {
    auditor,
    answerLists,
    finished,
    timers,
    regenerations: () => regenerations,
    wait: (ms: number) => {
      now += ms;
    },
    /** The event of the pause is lost. */
    pauseSilently: () => {
      paused = true;
    },
    sendPause: () => handle({ ...member(), kind: "queueMemberPause" } as AmiEvent),
    loseAmi: () => {
      auditor.giveUp();
      pipeline.down(at, at);
    },
  };
}

it("neither the first regeneration nor one that was not requested is an audit", () => {
  const { finished, timers, answerLists } = createAudited();
  answerLists();
  expect([finished, timers.timers]).toEqual([[], []]);
});

it("a pause whose event was lost is a difference, logged with both values", async () => {
  const { auditor, answerLists, pauseSilently, finished, timers } = createAudited();
  pauseSilently();
  const result = auditor.run();
  answerLists();
  expect(finished).toEqual([]);
  expect(timers.timers.map(({ ms }) => ms)).toEqual([settleMs]);
  timers.fire();
  const audit = { at, differences: 1, total: 1, audits: 1 };
  expect(await result).toEqual(audit);
  const from = "not_inuse, device not_inuse, penalty 0";
  const to = "paused, device not_inuse, penalty 0";
  expect(finished).toEqual([[audit, [{ kind: "queueMemberStatus", agent: "1001", queue: "support", from, to }]]]);
});

it("a live event that arrives just after the lists explains what they changed", async () => {
  const { auditor, answerLists, pauseSilently, sendPause, timers } = createAudited();
  pauseSilently();
  const result = auditor.run();
  answerLists();
  sendPause();
  timers.fire();
  expect(await result).toMatchObject({ differences: 0, audits: 1 });
});

it("a request during an audit gets the same result", async () => {
  const { auditor, answerLists, regenerations, timers } = createAudited();
  const results = [auditor.run(), auditor.run()];
  answerLists();
  results.push(auditor.run());
  timers.fire();
  const [first, ...others] = await Promise.all(results);
  expect(others).toEqual([first, first]);
  expect(regenerations()).toBe(1);
});

it("a request soon after an audit gets the last result, a later one a new audit", async () => {
  const { auditor, answerLists, regenerations, timers, wait } = createAudited();
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
  expect(regenerations()).toBe(2);
});

it.each([
  ["while its lists arrive", false],
  ["when they are complete", true],
])(
  "AMI goes down %s: there is no result, and the next connection's regeneration is no audit",
  async (_when, complete) => {
    const { auditor, answerLists, pauseSilently, loseAmi, finished, timers } = createAudited();
    pauseSilently();
    const result = auditor.run();
    if (complete) answerLists();
    loseAmi();
    expect(await result).toBeNull();
    answerLists();
    timers.fire();
    expect(finished).toEqual([]);
    expect(timers.timers).toEqual([]);
  },
);

it("there is no audit while AMI is down", async () => {
  const { auditor, loseAmi, regenerations } = createAudited();
  loseAmi();
  expect(await auditor.run()).toBeNull();
  expect(regenerations()).toBe(0);
});

it("a regeneration that follows at once postpones the end", async () => {
  const { auditor, answerLists, finished, timers } = createAudited();
  void auditor.run();
  answerLists();
  answerLists();
  expect(timers.timers).toHaveLength(1);
  timers.fire();
  expect(finished).toHaveLength(1);
});

it("repeats at intervals that are up to a tenth longer or shorter at random, until stopped", () => {
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
