import { describe, expect, it } from "vitest";
import {
  defaultThresholds,
  levelOf,
  limitProblem,
  parseThresholds,
  thresholdsOf,
  withThresholds,
  worst,
} from "./thresholds.ts";

describe("levels", () => {
  it.each([
    ["waiting", 2, "good"],
    ["waiting", 3, "warn"],
    ["waiting", 6, "bad"],
    ["longestWait", 59.9, "good"],
    ["longestWait", 60, "warn"],
    ["longestWait", null, "good"],
    ["serviceLevel", 80, "good"],
    ["serviceLevel", 79.9, "warn"],
    ["serviceLevel", 59.9, "bad"],
    ["serviceLevel", null, "good"],
  ] as const)("%s of %s is %s", (name, value, level) => {
    expect(levelOf(name, value, defaultThresholds)).toBe(level);
  });

  it("the worst level wins", () => {
    expect([worst([]), worst(["good", "bad", "warn"]), worst(["good", "warn"])]).toEqual(["good", "bad", "warn"]);
  });
});

describe("limits", () => {
  it.each([
    ["waiting", 5, 4],
    ["serviceLevel", 60, 80],
    ["serviceLevel", 101, 50],
    ["longestWait", Number.NaN, 10],
    ["waiting", -1, 4],
  ] as const)("of %s cannot be %d and %d", (name, warn, bad) => {
    expect(limitProblem(name, { warn, bad })).toMatch(/^(Callers|Longest|Service)/);
  });

  it("may be equal", () => {
    expect(limitProblem("waiting", { warn: 4, bad: 4 })).toBeNull();
  });
});

describe("stored thresholds", () => {
  const none = { all: defaultThresholds, queues: {} };

  it.each([
    undefined,
    null,
    7,
    "x",
    [],
    {},
    { waiting: { warn: "3", bad: 4 } },
    { waiting: { warn: 9, bad: 4 } },
    { all: 1, queues: "x" },
  ])("%j gives the defaults", (stored) => {
    expect(parseThresholds(stored)).toEqual(none);
  });

  it("are restored as they were set, also by an earlier version, which had none by queue", () => {
    const set = { ...defaultThresholds, waiting: { warn: 1, bad: 2 } };
    const stored = { all: set, queues: { sales: defaultThresholds } };
    expect(parseThresholds(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
    expect(parseThresholds(set)).toEqual({ all: set, queues: {} });
  });

  it("of a queue replace those of all queues, until it has none any more", () => {
    const own = { ...defaultThresholds, serviceLevel: { warn: 90, bad: 70 } };
    const set = withThresholds(none, "sales", own);
    expect([thresholdsOf(set, "sales"), thresholdsOf(set, "support")]).toEqual([own, defaultThresholds]);
    expect(thresholdsOf(set, "constructor")).toBe(defaultThresholds);
    expect(withThresholds(set, "sales", null)).toEqual(none);
    expect(withThresholds(set, null, own)).toEqual({ all: own, queues: { sales: own } });
  });
});
