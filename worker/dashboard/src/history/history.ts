/**
 * The last hours of all queues, from the site's figures: they are there as soon as the page is. Asked for again every
 * minute, for all charts at once, as long as the page is looked at.
 */
import type { Store } from "../store/store.ts";
import { type Series, seriesByQueue, seriesStart, stepCount, stepMs } from "./series.ts";

const refreshMs = 60_000;

export type History = Readonly<{
  /** Undefined if nothing is known. */
  series: (queue: string) => Series | undefined;
  subscribe: (listener: () => void) => () => void;
  close: () => void;
}>;

type Source = Pick<Store, "statistics" | "freshness">;

export function readHistory(store: Source): History {
  const listeners = new Set<() => void>();
  let known: ReadonlyMap<string, Series> = new Map();
  let isAsking = false;
  let askedAt = Number.NEGATIVE_INFINITY;

  async function ask(): Promise<void> {
    const now = Date.now();
    if (isAsking || now - askedAt < refreshMs || document.hidden) return;
    if (listeners.size === 0 || store.freshness().kind !== "live") return;
    isAsking = true;
    askedAt = now;
    try {
      const span = { from: seriesStart(now), to: seriesStart(now) + stepMs * stepCount };
      known = seriesByQueue(await store.statistics({ ...span, interval: "15m", queues: "*" }), now);
      for (const listener of [...listeners]) listener();
    } catch {
      // The charts keep what they have; the page says itself when the server cannot be reached.
    } finally {
      isAsking = false;
    }
  }
  const timer = setInterval(() => void ask(), 1_000);
  return {
    series: (queue) => known.get(queue),
    subscribe: (listener) => {
      listeners.add(listener);
      void ask();
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}
