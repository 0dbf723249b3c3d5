/** Decides from the end of an uplink connection how soon to try again, and what to log. */
import { backoffDelayMs, type CloseReason, closeCodes, retryAfterClose, uplinkProtocol } from "@pbxis/shared";

export type Ending =
  /** Closed by the peer or the network; `code` is 1006 if there was no close frame (RFC 6455). */
  | Readonly<{ kind: "closed"; code: number; reason: string }>
  /** There was no connection. `isLasting`: only an operator can change that. */
  | Readonly<{ kind: "unreachable"; because: string; isLasting: boolean }>
  /** The upgrade was answered with an HTTP status other than 101. `message`: the worker's words, if it has any. */
  | Readonly<{ kind: "refused"; status: number; message: string | null }>
  /** Closed by the session. */
  | Readonly<{ kind: "cut"; reason: CloseReason; because: string }>;

/**
 * `backoff`: the network or the site has passing trouble. `slow`: only an operator can fix it. `slowing`: the same, and
 * the operator must do it here, so that there is no hurry. `standby`: as slow, because another connector holds the
 * uplink (UP3).
 */
type RetryPace = "backoff" | "slow" | "slowing" | "standby";

type RetryPlan = Readonly<{ pace: RetryPace; level: "warn" | "error"; because: string }>;

export const uplinkBackoff = { baseMs: 500, maxMs: 30_000, stableMs: 10_000 } as const;
const slowRetry = { minMs: 30_000, spreadMs: 30_000 } as const;
/** To be logged with a refusal that no waiting mends. */
const lasting = "; this will not resolve itself";

/** A `slowing` retry takes twice as long each time, up to ten minutes at least. */
const maxSlowings = 4;

export function planRetry(ending: Ending): RetryPlan {
  switch (ending.kind) {
    case "closed":
      return planAfterClose(ending.code, ending.reason);
    case "refused":
      return planAfterRefusal(ending.status, ending.message);
    case "unreachable":
      return ending.isLasting
        ? { pace: "slowing", level: "error", because: `${ending.because}${lasting}` }
        : { pace: "backoff", level: "warn", because: ending.because };
    case "cut":
      return ending.reason === "protocol_mismatch"
        ? { pace: "slow", level: "error", because: ending.because }
        : { pace: "backoff", level: "warn", because: ending.because };
  }
}

/** UP3: the site's clock (ms since 1970), by which a standby's times are right, too; null if the ending names none. */
export function siteTimeOf(ending: Ending): number | null {
  if (ending.kind !== "closed" || ending.code !== closeCodes.superseded.code) return null;
  const [, at] = /^superseded (\d{1,15})$/.exec(ending.reason) ?? [];
  return at === undefined ? null : Number(at);
}

/** `attempts` counts the connections in a row that ended early; `random` is in [0, 1). */
export function retryDelayMs(pace: RetryPace, attempts: number, random: number): number {
  if (pace === "backoff") return backoffDelayMs(uplinkBackoff, attempts, random);
  const slowings = pace === "slowing" ? Math.min(attempts, maxSlowings) : 0;
  return 2 ** slowings * (slowRetry.minMs + Math.floor(random * slowRetry.spreadMs));
}

export function mismatchMessage(theirs: string): string {
  return `the site uses ${theirs} of the uplink protocol, this connector version ${uplinkProtocol}; update the older one`;
}

function planAfterClose(code: number, reason: string): RetryPlan {
  switch (code) {
    case closeCodes.superseded.code: {
      const because = "another connector of this site started later; this one is now a standby";
      return { pace: "standby", level: "warn", because };
    }
    case closeCodes.token_expired.code:
      return { pace: "slow", level: "error", because: `the token has ended; a new PBXIS_TOKEN is needed${lasting}` };
    case closeCodes.protocol_mismatch.code:
      return { pace: "slow", level: "error", because: mismatchMessage("another version") };
    default: {
      const because = `closed (${code}${reason && ` ${reason}`})`;
      if (retryAfterClose(code) === "never") return { pace: "slow", level: "error", because };
      return { pace: "backoff", level: "warn", because };
    }
  }
}

function planAfterRefusal(status: number, message: string | null): RetryPlan {
  const because = `refused${message === null ? "" : `: ${message}`} (HTTP status ${status})`;
  const plan = (settings: string): RetryPlan => ({
    pace: "slowing",
    level: "error",
    because: `${because}; check ${settings}${lasting}`,
  });
  if (status === 401 || status === 403) return plan("PBXIS_TOKEN and PBXIS_SITE");
  const isOurFault = status >= 300 && status < 500 && status !== 429;
  if (isOurFault) return plan("PBXIS_EDGE_URL");
  return { pace: "backoff", level: "warn", because };
}
