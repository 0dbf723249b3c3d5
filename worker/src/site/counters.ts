/**
 * Counts what a site has done, for its operators (AP10). The totals are stored with each frame, in a row that is
 * written anyway, so that counting costs nothing. What was counted since the last frame is lost with an eviction.
 */
import type { CloseReason, SiteCounters, SiteStatus, UplinkReport } from "@pbxis/shared";
import * as z from "zod";

export type CounterName =
  | "frames"
  | "snapshots"
  | "events"
  | "reads"
  | "joins"
  | "deliveries"
  | "deliveryFailures"
  | "alarms"
  | "rowsWritten"
  | "uplinksOpened"
  | "uplinksGone"
  | "handedIn"
  | `uplinksClosed.${CloseReason | "replaced"}`
  | `commands.${"taken" | "refused" | "limited" | "done" | "failed" | "unknown"}`;

/** `since` is when the site began to count, in ms. */
export const SavedCounters = z
  .object({ since: z.number().int().nullable(), totals: z.record(z.string(), z.number()).readonly() })
  .readonly();
export type SavedCounters = z.infer<typeof SavedCounters>;
export const noCounters: SavedCounters = { since: null, totals: {} };

export class Counters {
  #since: number | null = null;
  readonly #totals = new Map<string, number>();

  load({ since, totals }: SavedCounters): void {
    this.#since = since;
    this.#totals.clear();
    for (const [name, total] of Object.entries(totals)) this.#totals.set(name, total);
  }

  add(name: CounterName, by = 1): void {
    this.#totals.set(name, (this.#totals.get(name) ?? 0) + by);
  }

  toSave(now: number): SavedCounters {
    this.#since ??= now;
    return { since: this.#since, totals: Object.fromEntries(this.#totals) };
  }
}

/** The answer of AP10. `held` is what the site holds now, by name. */
export function siteCounters(
  status: SiteStatus,
  counters: Counters,
  held: Readonly<Record<string, number>>,
  report: UplinkReport | null,
  now: number,
): SiteCounters {
  const { since, totals } = counters.toSave(now);
  const connector = report && { at: report.at, counters: report.counters };
  return { at: now, status, since: since ?? now, totals, now: held, connector };
}
