/** Pauses by reason, as text. Pure. */
import { formatDuration } from "./format.ts";

/** `Lunch 45:00, no reason 10:00`, the longest first; null without pauses. EV19 names a pause without a reason `none`. */
export function pausesText(pausedBy: Iterable<readonly [reason: string, ms: number]>): string | null {
  const pauses = [...pausedBy].filter(([, ms]) => ms > 0).sort(([, one], [, other]) => other - one);
  if (pauses.length === 0) return null;
  return pauses.map(([reason, ms]) => `${reason === "none" ? "no reason" : reason} ${formatDuration(ms)}`).join(", ");
}
