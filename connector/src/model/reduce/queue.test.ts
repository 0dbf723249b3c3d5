import { describe, expect, it } from "vitest";
import { createBench, facts, queueCall, queueParams, startOfTime, type Untimed } from "../../testing/model-samples.ts";

function joins(uniqueId: string, count: number): Untimed {
  return { kind: "queueCallerJoin", queue: "support", count, ...facts("PJSIP/trunk-00000001", { uniqueId }) };
}
function leaves(uniqueId: string, count: number): Untimed {
  return { kind: "queueCallerLeave", queue: "support", count, ...facts("PJSIP/trunk-00000001", { uniqueId }) };
}
const start = startOfTime();

describe("EV5 queueCount", () => {
  it("counts the callers and tells since when the first of them waits", () => {
    const bench = createBench([queueParams("support")]);
    expect(bench.tell(joins("a", 1))).toMatchObject([{ type: "queueCount", count: 1, longestWaitSince: start }]);
    bench.wait(3000);
    expect(bench.tell(joins("b", 2))).toMatchObject([{ count: 2, longestWaitSince: start }]);
    expect(bench.tell(leaves("a", 1))).toMatchObject([{ count: 1, longestWaitSince: start + 3000 }]);
    expect(bench.tell(leaves("b", 0))).toMatchObject([{ count: 0, longestWaitSince: null }]);
  });

  it("who waits longest is decided by time: a caller with priority stands before him", () => {
    const bench = createBench([queueParams("support"), entry("late", 1), entry("early", 60)]);
    expect(bench.collator.snapshot().find(({ type }) => type === "queueCount")).toMatchObject({
      count: 2,
      longestWaitSince: start - 60_000,
    });
  });

  it("believes Asterisk's count where a caller was never seen", () => {
    const bench = createBench([queueParams("support")]);
    expect(bench.tell(joins("b", 2))).toMatchObject([{ count: 2, longestWaitSince: start }]);
    expect(bench.tell(leaves("a", 1))).toMatchObject([{ count: 1, longestWaitSince: start }]);
  });

  it("forgets callers whose leaving it missed once nobody waits", () => {
    const bench = createBench([queueParams("support")]);
    bench.tell(joins("a", 1), joins("b", 2));
    expect(bench.tell(leaves("b", 0))).toMatchObject([{ count: 0, longestWaitSince: null }]);
    bench.wait(1000);
    expect(bench.tell(joins("c", 1))).toMatchObject([{ count: 1, longestWaitSince: start + 1000 }]);
  });

  it("a caller who joins and leaves within one chunk changes nothing", () => {
    const bench = createBench([queueParams("support")]);
    expect(bench.tell(joins("a", 1), leaves("a", 0))).toEqual([]);
  });

  it("a queue born by a reload is told when it is first heard of", () => {
    const bench = createBench();
    expect(bench.tell(queueCall("sales", "1001").join)).toMatchObject([
      { type: "queueCount", queue: "sales", count: 1 },
    ]);
  });

  it("a queue whose name cannot travel is not shown", () => {
    const bench = createBench();
    expect(bench.tell(queueCall("one,two", "1001").join, queueParams("x".repeat(200)))).toEqual([]);
  });
});

function entry(uniqueId: string, waitSeconds: number): Untimed {
  return { kind: "queueEntry", queue: "support", channel: "PJSIP/trunk-00000001", uniqueId, waitSeconds };
}
