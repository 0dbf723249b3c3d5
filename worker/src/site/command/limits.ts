/**
 * CM16: how many commands one grant may send, and have under way, so that no client keeps the others from theirs. A
 * grant is known by its subject (CM12).
 *
 * Commands under way are counted in the ledger's rows. Rates are in memory, and an object that wakes restores them from
 * those rows: neither an eviction nor a hibernation gives a client more. Pure.
 */
import { type Rate, type RateLimit, startRate, takeMessage } from "../../rate.ts";

export const commandRate: RateLimit = { burst: 100, perSecond: 20 };
/** After this time a grant has its whole burst again. */
export const rateSpanMs = (commandRate.burst / commandRate.perSecond) * 1000;

/**
 * Commands under way at once: of one grant, and of the site. The site's last `reserved` are for grants that have fewer
 * than `few`, so that even several clients that flood together leave room for a supervisor.
 */
export const openLimits = { ofGrant: 100, ofSite: 500, reserved: 100, few: 5 } as const;

/** Who has reached the limit of commands under way; null for nobody. */
export function openLimitReached(ofGrant: number, ofSite: number): "grant" | "site" | null {
  if (ofGrant >= openLimits.ofGrant) return "grant";
  const room = ofGrant < openLimits.few ? openLimits.ofSite : openLimits.ofSite - openLimits.reserved;
  return ofSite >= room ? "site" : null;
}

/** Beyond this many grants, those that have their whole burst again are forgotten. */
const maxIdle = 1_000;

export class CommandRates {
  readonly #rates = new Map<string, Rate>();

  /** `recent`: how many commands of each subject were accepted within the last `rateSpanMs`. */
  constructor(recent: ReadonlyMap<string, number>, now: number) {
    for (const [subject, taken] of recent)
      this.#rates.set(subject, { ...startRate(commandRate, now), spare: Math.max(0, commandRate.burst - taken) });
  }

  /** Counts a command; false if it is one too many. */
  take(subject: string, now: number): boolean {
    if (this.#rates.size >= maxIdle)
      for (const [known, { at }] of this.#rates) if (now - at >= rateSpanMs) this.#rates.delete(known);
    const rate = this.#rates.get(subject) ?? startRate(commandRate, now);
    this.#rates.set(subject, rate);
    return takeMessage(rate, commandRate, now);
  }
}
