/** Runs audits in the connector: on request and at intervals, with real clocks and timers. Logs what they find. */
import type { Audit } from "@pbxis/shared";
import type { Log } from "../log.ts";
import { processNow, setTimer, steadyNow } from "../util/clock.ts";
import { type Auditor, createAuditor } from "./auditor.ts";
import type { DescribedDifference } from "./describe.ts";
import { createFindings, type Findings } from "./findings.ts";
import { repeat } from "./schedule.ts";
import type { AuditTracker } from "./tracker.ts";

/** At most this many differences of one audit are logged one by one. The audit's last line has the count of all. */
const maxLogged = 50;

type AuditOptions = Readonly<{
  tracker: AuditTracker;
  isUp: () => boolean;
  regenerate: () => void;
  /** 0: only on request. */
  intervalMinutes: number;
  log: Log;
  onFinished: () => void;
}>;

export type RunningAudit = Auditor & Readonly<{ findings: Findings; stop: () => void }>;

export function startAudit({
  tracker,
  isUp,
  regenerate,
  intervalMinutes,
  log,
  onFinished,
}: AuditOptions): RunningAudit {
  const findings = createFindings();
  const auditor = createAuditor({
    tracker,
    findings,
    isUp,
    regenerate,
    now: steadyNow,
    wallClock: processNow,
    setTimer,
    onFinished: (audit, differences) => {
      logAudit(log, audit, differences);
      onFinished();
    },
  });
  const run = () => void auditor.run();
  const stopRepeating =
    intervalMinutes === 0 ? undefined : repeat(intervalMinutes * 60_000, Math.random, setTimer, run);
  return {
    ...auditor,
    findings,
    stop: () => {
      stopRepeating?.();
      auditor.giveUp();
    },
  };
}

function logAudit(
  log: Log,
  { differences: count, total, audits }: Audit,
  differences: readonly DescribedDifference[],
): void {
  for (const difference of differences.slice(0, maxLogged))
    log.warn(difference, "audit: corrected a state that differed from Asterisk");
  if (count === 0) log.info({ total, audits }, "audit: all states match Asterisk");
  else log.warn({ differences: count, total, audits }, "audit: corrected the states that differed from Asterisk");
}
