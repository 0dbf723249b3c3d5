/** Texts on how current the values are, for the header and for screen readers. Pure. */
import type { Freshness } from "../store/store.ts";
import { formatClock } from "../ui/format.ts";

/** `short` is always shown, `why` only where there is room. */
export type FreshnessText = Readonly<{ short: string; why: string | null }>;

const causes: Readonly<Record<Extract<Freshness, { kind: "stale" }>["cause"], string>> = {
  connection: "no connection to the server; trying again",
  down: "the connector has lost its connection to Asterisk",
  offline: "the site is offline: its connector is not connected",
};

export function freshnessText(freshness: Freshness, now: number): FreshnessText {
  switch (freshness.kind) {
    case "live":
      return { short: "live", why: null };
    case "connecting":
      return { short: "connecting…", why: freshness.reason };
    case "stale":
      if (freshness.asOf === 0) return { short: "no data yet", why: "no connector has connected for this site" };
      return { short: `as of ${formatClock(freshness.asOf, now)}`, why: causes[freshness.cause] };
    case "stopped":
      return freshness.asOf === null
        ? { short: "stopped", why: null }
        : { short: `as of ${formatClock(freshness.asOf, now)}`, why: stopCause(freshness.reason) };
  }
}

/** The text that screen readers announce. It has no times in it, so that it changes only with the freshness itself. */
export function announcementOf(freshness: Freshness): string {
  switch (freshness.kind) {
    case "live":
      return "Live.";
    case "connecting":
      return "Connecting.";
    case "stale":
      return `Not live: ${causes[freshness.cause]}.`;
    case "stopped":
      return "Not live: stopped.";
  }
}

function stopCause(reason: string): string {
  return reason === "token_expired" ? "the token has expired" : "the server rejected the token";
}

/** Why updates have stopped, and what the user can do. */
export function stopText(
  reason: string,
  expiresAt: number | null,
  now: number,
): Readonly<{ title: string; text: string }> {
  if (reason === "token_expired" || (expiresAt !== null && expiresAt <= now))
    return { title: "Your token has expired", text: "Sign in with a new token to continue." };
  return { title: "Access denied", text: `The server rejected this token: ${reason}.` };
}

export const expiryWarningMs = 15 * 60_000;

/** The ms until the token expires; null until `expiryWarningMs` before that, and after it. */
export function msUntilExpiry(expiresAt: number | null, now: number): number | null {
  if (expiresAt === null || expiresAt <= now) return null;
  const remaining = expiresAt - now;
  return remaining <= expiryWarningMs ? remaining : null;
}
