/** How fresh the values are, in words for the header and for screen readers. Pure. */
import type { Freshness } from "../store.ts";
import { formatClock } from "../ui/format.ts";

/** `short` is always seen, `why` where there is room. */
export type FreshnessWords = Readonly<{ short: string; why: string | null }>;

const causes: Readonly<Record<Extract<Freshness, { kind: "stale" }>["cause"], string>> = {
  connection: "no connection to the server; trying again",
  down: "the connector has lost Asterisk",
  offline: "the site is offline: its connector is away",
};

export function freshnessWords(freshness: Freshness, now: number): FreshnessWords {
  switch (freshness.kind) {
    case "live":
      return { short: "live", why: null };
    case "connecting":
      return { short: "connecting …", why: freshness.because };
    case "stale":
      if (freshness.asOf === 0) return { short: "no data yet", why: "no connector of this site has been here" };
      return { short: `as of ${formatClock(freshness.asOf, now)}`, why: causes[freshness.cause] };
    case "stopped":
      return freshness.asOf === null
        ? { short: "stopped", why: null }
        : { short: `as of ${formatClock(freshness.asOf, now)}`, why: stopCause(freshness.because) };
  }
}

/** Changes only when something changed that is worth interrupting somebody for. */
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

function stopCause(because: string): string {
  return because === "token_expired" ? "the token has ended" : "the server refuses the token";
}

export type Stop = Readonly<{ title: string; text: string }>;

/** Why nothing more comes by itself, and what to do about it. */
export function stopWords(because: string, expiresAt: number | null, now: number): Stop {
  if (because === "token_expired" || (expiresAt !== null && expiresAt <= now))
    return { title: "Your token has ended", text: "Sign in with a new one to go on." };
  return { title: "No permission", text: `The server refuses this token: ${because}.` };
}

export const expiryWarningMs = 15 * 60_000;

/** When the token's end is near enough to be told: how long before it. */
export function endingSoon(expiresAt: number | null, now: number): number | null {
  if (expiresAt === null || expiresAt <= now) return null;
  const remaining = expiresAt - now;
  return remaining <= expiryWarningMs ? remaining : null;
}
