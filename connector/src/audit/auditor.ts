/**
 * Runs one audit at a time, and not one right after another: a request during an audit gets the same result, and a
 * request soon after gets the last one. Clocks and timers are passed in.
 */
import type { Audit } from "@pbxis/shared";
import type { SetTimer } from "../util/clock.ts";
import { type DescribedDifference, describeDifference } from "./describe.ts";
import type { Findings } from "./findings.ts";
import type { AuditTracker } from "./tracker.ts";

/** How long after its lists are complete an audit waits for live events that explain what they changed. */
export const settleMs = 1000;
/** A regeneration is work for Asterisk: a request that comes sooner gets the last result. */
export const leastGapMs = 10_000;

type AuditorOptions = Readonly<{
  tracker: AuditTracker;
  findings: Findings;
  isUp: () => boolean;
  regenerate: () => void;
  /** A steady clock, in ms. */
  now: () => number;
  /** The wall clock, in ms since 1970. */
  wallClock: () => number;
  setTimer: SetTimer;
  /** `differences` are those of this audit. */
  onFinished: (audit: Audit, differences: readonly DescribedDifference[]) => void;
}>;

export type Auditor = Readonly<{
  /**
   * The result of the audit that is running or has just ended, else of a new one. Null if AMI is down or goes down
   * meanwhile.
   */
  run: () => Promise<Audit | null>;
  /** To be called when all lists of a regeneration are complete. */
  onUp: () => void;
  /** To be called when AMI goes down, and when the connector stops. */
  giveUp: () => void;
}>;

export function createAuditor({ tracker, findings, ...options }: AuditorOptions): Auditor {
  /** The requests that wait for the running audit. */
  const waiting: ((audit: Audit | null) => void)[] = [];
  let finishedAt = Number.NEGATIVE_INFINITY;
  let stopSettling = () => {};

  function result(): Promise<Audit | null> {
    return new Promise((resolve) => waiting.push(resolve));
  }

  function resolveAll(audit: Audit | null): void {
    for (const resolve of waiting.splice(0)) resolve(audit);
  }

  function run(): Promise<Audit | null> {
    if (waiting.length > 0) return result();
    if (!options.isUp()) return Promise.resolve(null);
    const latest = findings.latest();
    if (latest && options.now() - finishedAt < leastGapMs) return Promise.resolve(latest);
    const next = result();
    tracker.expect();
    options.regenerate();
    return next;
  }

  function settle(): void {
    const differences = tracker.finish();
    if (!differences || waiting.length === 0) return;
    finishedAt = options.now();
    const audit = findings.add(options.wallClock(), differences);
    options.onFinished(audit, differences.map(describeDifference));
    resolveAll(audit);
  }

  return {
    run,
    onUp: () => {
      if (!tracker.isSettling()) return;
      stopSettling();
      stopSettling = options.setTimer(settleMs, settle);
    },
    giveUp: () => {
      stopSettling();
      tracker.cancel();
      resolveAll(null);
    },
  };
}
