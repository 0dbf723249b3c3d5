import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bufferedBytes,
  countAck,
  countSent,
  cutBytes,
  type Flow,
  mayContinue,
  planSend,
  startFlow,
  unackedBytes,
  windowBytes,
} from "./flow.ts";

const sent = (flow: Flow, ...frames: readonly (readonly [number, number])[]) =>
  frames.reduce((before, [sequence, bytes]) => countSent(before, sequence, bytes), flow);

describe("ST4 what may be sent", () => {
  it.each<[string, Flow, number, string]>([
    ["a silent client below the cut", sent(startFlow(false), [1, cutBytes - 1]), 0, "send"],
    ["a silent client at the cut", sent(startFlow(false), [1, cutBytes]), 0, "cut"],
    ["its first frames do not count", { ...sent(startFlow(false), [1, 9e6]), first: 9e6 }, 0, "send"],
    ["nor do they as long as they wait in memory", { ...sent(startFlow(false), [1, 9e6]), first: 9e6 }, 9e6, "send"],
    ["what visibly waits in memory is cut early", startFlow(false), bufferedBytes, "cut"],
    ["a client that acknowledges, within its window", sent(startFlow(true), [1, windowBytes - 1]), 0, "send"],
    ["at its window", sent(startFlow(true), [1, windowBytes]), 0, "hold"],
    ["at its window, it is held and not cut", sent(startFlow(true), [1, windowBytes]), 9e9, "hold"],
    ["whoever acknowledges without reading is found out", startFlow(true), bufferedBytes, "cut"],
  ])("%s", (_title, flow, buffered, plan) => {
    expect(planSend(flow, buffered)).toBe(plan);
  });

  it("the first acknowledgement gives a client its window", () => {
    const silent = sent(startFlow(false), [1, 10], [2, windowBytes]);
    expect(planSend(silent, 0)).toBe("send");
    expect(planSend(countAck(silent, 0), 0)).toBe("hold");
  });

  it("a held client goes on at half a window", () => {
    const held = sent(startFlow(true), [1, windowBytes / 2], [2, windowBytes / 2], [3, 1]);
    expect(mayContinue(held)).toBe(false);
    expect(mayContinue(countAck(held, 1))).toBe(false);
    expect(mayContinue(countAck(held, 2))).toBe(true);
  });
});

describe("ST4 counters", () => {
  const frames = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 100_000 })), {
    maxLength: 200,
  });

  /** Steps from one frame to the next become positions. */
  const place = (steps: readonly (readonly [number, number])[]) =>
    steps.map(([, bytes], index) => {
      const sequence = steps.slice(0, index + 1).reduce((sum, [step]) => sum + step, 0);
      return [sequence, bytes] as const;
    });

  it("forget no byte, stay small, and are free when all is acknowledged", () => {
    fc.assert(
      fc.property(frames, (steps) => {
        const placed = place(steps);
        const flow = sent(startFlow(true), ...placed);
        expect(unackedBytes(flow)).toBe(steps.reduce((sum, [, bytes]) => sum + bytes, 0));
        expect(flow.marks.length).toBeLessThanOrEqual(24);
        expect(unackedBytes(countAck(flow, placed.at(-1)?.[0] ?? 0))).toBe(0);
      }),
    );
  });

  it("never free what is not acknowledged", () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 0, max: 5000 }), (steps, acked) => {
        const placed = place(steps);
        const beyond = placed.filter(([at]) => at > acked).reduce((sum, [, bytes]) => sum + bytes, 0);
        expect(unackedBytes(countAck(sent(startFlow(true), ...placed), acked))).toBeGreaterThanOrEqual(beyond);
      }),
    );
  });

  it("a new epoch's lower sequences cover what was sent in the old one", () => {
    const flow = sent(startFlow(true), [900, 10], [901, 20_000], [3, 5]);
    expect(unackedBytes(flow)).toBe(20_015);
    expect(unackedBytes(countAck(flow, 3))).toBe(0);
  });
});
