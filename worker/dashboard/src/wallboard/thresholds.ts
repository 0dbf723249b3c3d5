/** The limits at which a figure needs attention or is critical. Each browser has its own. Pure. */

/** In callers waiting, seconds of the longest wait, or percent of calls within the service level. */
export type Limit = Readonly<{ warn: number; bad: number }>;
export type Thresholds = Readonly<{ waiting: Limit; longestWait: Limit; serviceLevel: Limit }>;

/** Those of queues that have their own, by name, and those of all others. */
export type ThresholdsByQueue = Readonly<{ all: Thresholds; queues: Readonly<Record<string, Thresholds>> }>;
export type Level = "good" | "warn" | "bad";

export const thresholdsKey = "pbxis-thresholds";

export const defaultThresholds: Thresholds = {
  waiting: { warn: 3, bad: 6 },
  longestWait: { warn: 60, bad: 180 },
  serviceLevel: { warn: 80, bad: 60 },
};

/** The range of each limit, and whether more or less is worse. */
export const limitRules = {
  waiting: { label: "Callers waiting", unit: "callers", max: 9999, worse: "more" },
  longestWait: { label: "Longest wait", unit: "seconds", max: 86_400, worse: "more" },
  serviceLevel: { label: "Service level", unit: "%", max: 100, worse: "less" },
} as const satisfies Record<keyof Thresholds, object>;

export const limitNames = ["waiting", "longestWait", "serviceLevel"] as const satisfies readonly (keyof Thresholds)[];

export function levelOf(name: keyof Thresholds, value: number | null, thresholds: Thresholds): Level {
  if (value === null) return "good";
  const { warn, bad } = thresholds[name];
  const isBeyond = (limit: number): boolean => (limitRules[name].worse === "more" ? value >= limit : value < limit);
  if (isBeyond(bad)) return "bad";
  return isBeyond(warn) ? "warn" : "good";
}

const order: readonly Level[] = ["good", "warn", "bad"];

export function worst(levels: readonly Level[]): Level {
  return order[Math.max(0, ...levels.map((level) => order.indexOf(level)))] ?? "good";
}

/** The problem with a limit, for the user; null if it is valid. */
export function limitProblem(name: keyof Thresholds, { warn, bad }: Limit): string | null {
  const { label, max, worse } = limitRules[name];
  const isNumber = (value: number): boolean => Number.isFinite(value) && value >= 0 && value <= max;
  if (!isNumber(warn) || !isNumber(bad)) return `${label}: both limits must be numbers from 0 to ${max}.`;
  const isCriticalFirst = worse === "more" ? bad < warn : bad > warn;
  return isCriticalFirst ? `${label}: “critical” must not come before “attention”.` : null;
}

/** More queues than any site has. */
const maxQueues = 1000;

/**
 * Parses stored thresholds. A missing or invalid limit gets its default. An earlier version stored those of all queues
 * alone.
 */
export function parseThresholds(stored: unknown): ThresholdsByQueue {
  const given = recordOf(stored);
  const queues = Object.entries(recordOf(given.queues)).slice(0, maxQueues);
  return {
    all: parseOne(given.all ?? given),
    queues: Object.fromEntries(queues.map(([queue, one]) => [queue, parseOne(one)])),
  };
}

export function thresholdsOf({ all, queues }: ThresholdsByQueue, queue: string): Thresholds {
  return (Object.hasOwn(queues, queue) && queues[queue]) || all;
}

/** `queue` null: those of all queues without their own. `thresholds` null: the queue has none of its own any more. */
export function withThresholds(
  { all, queues }: ThresholdsByQueue,
  queue: string | null,
  thresholds: Thresholds | null,
): ThresholdsByQueue {
  if (queue === null) return { all: thresholds ?? defaultThresholds, queues };
  const others = Object.entries(queues).filter(([name]) => name !== queue);
  return { all, queues: Object.fromEntries(thresholds === null ? others : [...others, [queue, thresholds]]) };
}

function parseOne(stored: unknown): Thresholds {
  const given = recordOf(stored);
  const one = (name: keyof Thresholds): Limit => {
    const limit = parseLimit(given[name]);
    return limit && limitProblem(name, limit) === null ? limit : defaultThresholds[name];
  };
  return { waiting: one("waiting"), longestWait: one("longestWait"), serviceLevel: one("serviceLevel") };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function parseLimit(given: unknown): Limit | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { warn, bad }: Readonly<Record<string, unknown>> = { ...given };
  return typeof warn === "number" && typeof bad === "number" ? { warn, bad } : undefined;
}
