/**
 * Limits the messages that one socket may send. Each message wakes its object and is billed, so a client or connector
 * that floods is closed with `too_fast`. It may always send one message for each that it was sent. Beyond that it has
 * `burst` messages, which refill at `perSecond`. Pure.
 *
 * The rate is in memory only. An object forgets it when it hibernates, which takes longer than `burst` takes to refill.
 */
export type RateLimit = Readonly<{ burst: number; perSecond: number }>;

/** Clients acknowledge frames. The platform answers their pings, which do not count. */
export const clientRate: RateLimit = { burst: 300, perSecond: 50 };
/** A connector sends one frame for each acknowledgement, and one outcome for each command. */
export const uplinkRate: RateLimit = { burst: 1_000, perSecond: 100 };

/** `spare`: messages that it may send besides `answers`, as of `at` (ms). */
export type Rate = { spare: number; answers: number; at: number };

export function startRate({ burst }: RateLimit, now: number): Rate {
  return { spare: burst, answers: 0, at: now };
}

/** The peer was sent a message, and may send one for it. */
export function expectAnswer(rate: Rate): void {
  rate.answers += 1;
}

/** Counts a received message; false if it is one too many. */
export function takeMessage(rate: Rate, { burst, perSecond }: RateLimit, now: number): boolean {
  rate.spare = Math.min(burst, rate.spare + (Math.max(0, now - rate.at) * perSecond) / 1000);
  rate.at = now;
  if (rate.answers > 0) rate.answers -= 1;
  else if (rate.spare >= 1) rate.spare -= 1;
  else return false;
  return true;
}
