/** Whether the connector works, for `/healthz`. */
import { wrongClock } from "../uplink/site-clock.ts";
import type { SpoolFailure } from "../uplink/spool/spool.ts";

export type Condition = Readonly<{
  site: string;
  version: string;
  amiUp: boolean;
  /** The uplink's phase; only in `live` do events reach the site. */
  uplink: string;
  /** Null: it works, or there is none. */
  spoolFailure: SpoolFailure | null;
  /** How far the machine's clock is ahead of the site's; null while that is not known. */
  clockOffsetMs: number | null;
  uptimeSeconds: number;
}>;

/** `problems` has a sentence for each problem. */
export type Health = Readonly<{
  status: "ok" | "unavailable";
  problems: readonly string[];
  ami: "up" | "down";
  uplink: string;
  site: string;
  version: string;
  uptimeSeconds: number;
}>;

export function healthOf({
  site,
  version,
  amiUp,
  uplink,
  spoolFailure,
  clockOffsetMs,
  uptimeSeconds,
}: Condition): Health {
  const clock = wrongClock(clockOffsetMs);
  const problems = [
    ...(amiUp ? [] : ["there is no connection to Asterisk's Manager Interface"]),
    ...(uplink === "live" ? [] : [uplinkProblem(uplink)]),
    ...(spoolFailure ? [spoolProblem(spoolFailure)] : []),
    ...(clock ? [`the clock of this machine is ${clock} the worker's`] : []),
  ];
  return {
    status: problems.length === 0 ? "ok" : "unavailable",
    problems,
    ami: amiUp ? "up" : "down",
    uplink,
    site,
    version,
    uptimeSeconds: Math.floor(uptimeSeconds),
  };
}

function uplinkProblem(phase: string): string {
  if (phase === "standby") return "another connector of this site holds the uplink";
  return `the uplink to the worker is not live: ${phase}`;
}

function spoolProblem({ because, missing }: SpoolFailure): string {
  return `the spool cannot be written: ${because}; up to ${missing} occurrences are in memory only`;
}
