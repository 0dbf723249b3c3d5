/**
 * One audit at a time, and not one right after another: who asks meanwhile gets the same result, and who asks soon after gets the last.
 * Clocks and timers are given.
 */
import type { Audit } from "@pbxis/shared";
import type { SetTimer } from "../util/clock.ts";
import { type DifferenceTold, describe } from "./describe.ts";
import type { Findings } from "./findings.ts";
import type { AuditTracker } from "./tracker.ts";

/** After its lists are complete, so long live events may come that explain what they told. */
export const settleMs = 1000;
/** A regeneration is work for Asterisk: whoever asks sooner gets the last result. */
export const leastGapMs = 10_000;

export type AuditorOptions = Readonly<{
  tracker: AuditTracker;
  findings: Findings;
  isUp: () => boolean;
  regenerate: () => void;
  /** Steady, in ms. */
  now: () => number;
  /** In ms since 1970. */
  wallClock: () => number;
  setTimer: SetTimer;
  /** `differences`: those of this audit. */
  onFinished: (audit: Audit, differences: readonly DifferenceTold[]) => void;
}>;

export type Auditor = Readonly<{
  /** The result of the audit that is running or just was, or else of a new one; null if AMI is away or is lost meanwhile. */
  run: () => Promise<Audit | null>;
  /** All lists of some regeneration are there. */
  onUp: () => void;
  /** AMI is lost, or the connector ends. */
  giveUp: () => void;
}>;

export function createAuditor({ tracker, findings, ...options }: AuditorOptions): Auditor {
  /** Those who wait for the audit that is running. */
  const waiting: ((audit: Audit | null) => void)[] = [];
  let finishedAt = Number.NEGATIVE_INFINITY;
  let stopSettling = () => {};

  function result(): Promise<Audit | null> {
    return new Promise((resolve) => waiting.push(resolve));
  }

  function tell(audit: Audit | null): void {
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
    options.onFinished(audit, differences.map(describe));
    tell(audit);
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
      tell(null);
    },
  };
}
