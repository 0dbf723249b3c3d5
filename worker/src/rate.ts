/**
 * How many messages one socket may send us. Each wakes its object and is paid for, so that who floods is sent away (`too_fast`). A peer may always
 * answer what it was sent, a message for each; beyond that it has `burst` messages, and `perSecond` more as time goes by. Pure.
 *
 * It lives in memory only: an object forgets it when it hibernates, which takes longer than `burst` takes to fill again.
 */
export type RateLimit = Readonly<{ burst: number; perSecond: number }>;

/** Legitimate clients acknowledge; pings are answered by the platform and come here only in unusual spelling. */
export const clientRate: RateLimit = { burst: 300, perSecond: 50 };
/** A connector sends a frame for each acknowledgement and an outcome for each command. */
export const uplinkRate: RateLimit = { burst: 1_000, perSecond: 100 };

/** `spare`: messages it may send beside `answers` at `at` (ms). */
export type Rate = { spare: number; answers: number; at: number };

export function startRate({ burst }: RateLimit, now: number): Rate {
  return { spare: burst, answers: 0, at: now };
}

/** The peer was sent a message that it may answer. */
export function expectAnswer(rate: Rate): void {
  rate.answers += 1;
}

/** Counts a message of the peer; false if it is one too many. */
export function takeMessage(rate: Rate, { burst, perSecond }: RateLimit, now: number): boolean {
  rate.spare = Math.min(burst, rate.spare + (Math.max(0, now - rate.at) * perSecond) / 1000);
  rate.at = now;
  if (rate.answers > 0) rate.answers -= 1;
  else if (rate.spare >= 1) rate.spare -= 1;
  else return false;
  return true;
}
