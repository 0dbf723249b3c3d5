/**
 * A *run* is a read of the site's log that is on its way for one or more connections. Deliveries skip such a
 * connection, and the run keeps what they brought, to be delivered when the read has been sent. So nothing is lost or
 * sent twice. Pure.
 */
import type { Delivery } from "../site/api.ts";

export type Run = { tail: Delivery | null };

/** Beyond this many characters a tail becomes a gap, for which the log is read again. */
const maxTailUnits = 1_000_000;

/**
 * Two deliveries as one, the later one behind the other. Where they do not continue one another, or are too large
 * together, the result is a gap: an empty delivery, and whoever is before it reads the log.
 */
export function joinDeliveries(earlier: Delivery | null, later: Delivery): Delivery {
  if (!earlier) return later;
  const gap = { epoch: later.epoch, after: later.through, through: later.through, parts: [] };
  if (later.epoch !== earlier.epoch || later.after > earlier.through) return gap;
  if (later.through <= earlier.through) return earlier;
  const beyond = later.parts.filter(({ last }) => last > earlier.through);
  if (beyond.some(({ first }) => first <= earlier.through)) return gap;
  const parts = [...earlier.parts, ...beyond];
  if (parts.reduce((sum, { text }) => sum + text.length, 0) > maxTailUnits) return gap;
  return { ...earlier, through: later.through, parts };
}
