/**
 * One audit at a time, and not one right after another: who asks meanwhile gets the same result, and who asks soon after gets the last.
 * Clocks and timers are given.
 */
import type { Audit } from "@pbxis/shared";
import type { SetTimer } from "../timer.ts";
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

type Running = Readonly<{ result: Promise<Audit | null>; resolve: (audit: Audit | null) => void }>;

export function createAuditor({ tracker, findings, ...options }: AuditorOptions): Auditor {
  let running: Running | null = null;
  let finishedAt = Number.NEGATIVE_INFINITY;
  let stopSettling = () => {};

  function run(): Promise<Audit | null> {
    if (running) return running.result;
    if (!options.isUp()) return Promise.resolve(null);
    const latest = findings.latest();
    if (latest && options.now() - finishedAt < leastGapMs) return Promise.resolve(latest);
    const { promise: result, resolve } = Promise.withResolvers<Audit | null>();
    running = { result, resolve };
    tracker.expect();
    options.regenerate();
    return result;
  }

  function settle(): void {
    const differences = tracker.finish();
    if (!differences || !running) return;
    const { resolve } = running;
    running = null;
    finishedAt = options.now();
    const audit = findings.add(options.wallClock(), differences);
    options.onFinished(audit, differences.map(describe));
    resolve(audit);
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
      running?.resolve(null);
      running = null;
    },
  };
}
