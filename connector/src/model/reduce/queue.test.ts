import { describe, expect, it } from "vitest";
import {
  createTestModel,
  facts,
  queueCall,
  queueParams,
  startOfTime,
  type Untimed,
} from "../../testing/model-samples.ts";

function joins(uniqueId: string, count: number): Untimed {
  return {
    kind: "queueCallerJoin",
    position: null,
    queue: "support",
    count,
    ...facts("PJSIP/trunk-00000001", { uniqueId }),
  };
}
function leaves(uniqueId: string, count: number): Untimed {
  return {
    kind: "queueCallerLeave",
    position: null,
    queue: "support",
    count,
    ...facts("PJSIP/trunk-00000001", { uniqueId }),
  };
}
const start = startOfTime();

describe("EV5 queueCount", () => {
  it("counts the callers and has the time since which the first one waits", () => {
    const tested = createTestModel([queueParams("support")]);
    expect(tested.receive(joins("a", 1))).toMatchObject([{ type: "queueCount", count: 1, longestWaitSince: start }]);
    tested.wait(3000);
    expect(tested.receive(joins("b", 2))).toMatchObject([{ count: 2, longestWaitSince: start }]);
    expect(tested.receive(leaves("a", 1))).toMatchObject([{ count: 1, longestWaitSince: start + 3000 }]);
    expect(tested.receive(leaves("b", 0))).toMatchObject([{ count: 0, longestWaitSince: null }]);
  });

  it("the longest wait is decided by time, even if a caller with priority is ahead", () => {
    const tested = createTestModel([queueParams("support"), entry("late", 1), entry("early", 60)]);
    expect(tested.collator.snapshot().find(({ type }) => type === "queueCount")).toMatchObject({
      count: 2,
      longestWaitSince: start - 60_000,
    });
  });

  it("takes Asterisk's count if a caller was never seen", () => {
    const tested = createTestModel([queueParams("support")]);
    expect(tested.receive(joins("b", 2))).toMatchObject([{ count: 2, longestWaitSince: start }]);
    expect(tested.receive(leaves("a", 1))).toMatchObject([{ count: 1, longestWaitSince: start }]);
  });

  it("drops callers whose leaving was missed once nobody waits", () => {
    const tested = createTestModel([queueParams("support")]);
    tested.receive(joins("a", 1), joins("b", 2));
    expect(tested.receive(leaves("b", 0))).toMatchObject([
      { count: 0, longestWaitSince: null },
      { type: "queueCallEnded", uniqueId: "a", outcome: "unknown" },
    ]);
    tested.wait(1000);
    expect(tested.receive(joins("c", 1))).toMatchObject([{ count: 1, longestWaitSince: start + 1000 }]);
  });

  it("a caller who joins and leaves within one chunk publishes nothing", () => {
    const tested = createTestModel([queueParams("support")]);
    expect(tested.receive(joins("a", 1), leaves("a", 0))).toEqual([]);
  });

  it("a queue that a reload added is published when it is first seen", () => {
    const tested = createTestModel();
    expect(tested.receive(queueCall("sales", "1001").join)).toMatchObject([
      { type: "queueCount", queue: "sales", count: 1 },
    ]);
  });

  it("a queue whose name does not fit the wire is not published", () => {
    const tested = createTestModel();
    expect(tested.receive(queueCall("one,two", "1001").join, queueParams("x".repeat(200)))).toEqual([]);
  });
});

function entry(uniqueId: string, waitSeconds: number): Untimed {
  const caller = { channel: "PJSIP/trunk-00000001", uniqueId, callerNumber: null, callerName: null, waitSeconds };
  return { kind: "queueEntry", queue: "support", ...caller, position: null, priority: 0 };
}
