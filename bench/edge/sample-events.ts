/** Events and texts that the load of several benchmarks consists of. */
import type { SiteEvent } from "@pbxis/shared";

/** The time of all events, in ms since 1970. It is now, because a site would count what went on since an earlier one. */
export const sampleTime = Date.now();

/**
 * An occurrence of about 120 bytes, which every client receives. A load process finds markers and stamps in its
 * `actionId`.
 */
export function occurrence(actionId: string): SiteEvent {
  return { type: "originateFailed", actionId, reason: "busy", at: sampleTime };
}

let markers = 0;

/** A text that ends one run: no other occurrence has it. */
export function newMarker(): string {
  return `end-${++markers}`;
}

/** The present time as a text that `load.ts` reads, in microseconds of the machine's clock: `t1763890000000000`. */
export function stamp(): string {
  return `t${Math.round((performance.timeOrigin + performance.now()) * 1000)}`;
}

/** The stamp of an occurrence; null for any other event. */
export function stampOf(event: SiteEvent): string | null {
  const text = "actionId" in event ? event.actionId : "uniqueId" in event ? event.uniqueId : null;
  return text !== null && /^t1\d{15}$/.test(text) ? text : null;
}
