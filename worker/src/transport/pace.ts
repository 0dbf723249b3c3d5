/**
 * Spaces the streams that one isolate opens. When a deployment or a network has cut all clients of a site, they come
 * back at the same moment. Opened all at once, they take the machine's time from the events of those who are connected
 * already; in turn, they are all back within a few seconds. Where that is too fast for the machine or its disk, timers
 * are late, or many streams that have had their turn are not open yet; the turns then come later, too. Pure.
 */

/**
 * `burst` streams open at once, the others one after the other. A stream that would have to wait longer than
 * `maxWaitMs` is refused. The machine is busy if a timer is later than `lateMs`, or if `opening` streams are not open
 * yet; one that takes longer than `stuckMs` no longer counts. A late timer holds all back for `rest` times as long as
 * it was late. However late timers are, this leaves them `leastShare` of the time, because it may not be they who make
 * the machine busy.
 */
export const openPace = {
  burst: 24,
  perSecond: 400,
  maxWaitMs: 15_000,
  lateMs: 2,
  rest: 4,
  leastShare: 0.15,
  opening: 24,
  stuckMs: 5_000,
} as const;
/** How long all wait while too many streams are opening, ms. */
const busyStepMs = 20;

type PaceLimit = Readonly<Record<keyof typeof openPace, number>>;

/**
 * `nextAt`: when the next stream may open if there has been no burst. It counts on a clock that is `behindMs` behind:
 * the time in which the machine was too busy does not count. `lateAt`: when a timer was noticed last that was late;
 * `fullAt`: the same for too many streams that are opening; `heldAt`: the later of the two. `opening`: the turns of
 * those, with their beginning. All in ms.
 */
export type Pace = {
  nextAt: number;
  behindMs: number;
  lateAt: number;
  fullAt: number;
  heldAt: number;
  readonly opening: Map<number, number>;
};

export function startPace(): Pace {
  return { nextAt: 0, behindMs: 0, lateAt: 0, fullAt: 0, heldAt: 0, opening: new Map() };
}

/** The turn of a stream that is requested at `now`, for `waitFor`; null if it is refused. */
export function takeTurn(pace: Pace, now: number, limit: PaceLimit = openPace): number | null {
  const intervalMs = 1000 / limit.perSecond;
  const clock = now - pace.behindMs;
  const turn = Math.max(pace.nextAt, clock - limit.burst * intervalMs);
  if (turn - clock > limit.maxWaitMs) return null;
  pace.nextAt = turn + intervalMs;
  return turn;
}

/** How many ms are left until `turn`: 0 when it has come. The stream then counts as opening, until `onOpened`. */
export function waitFor(pace: Pace, turn: number, now: number, limit: PaceLimit = openPace): number {
  const waitMs = turn + pace.behindMs - now;
  if (waitMs > 0) return waitMs;
  for (const [one, since] of pace.opening) if (since < now - limit.stuckMs) pace.opening.delete(one);
  if (pace.opening.size < limit.opening) {
    pace.opening.set(turn, now);
    return 0;
  }
  if (pace.fullAt + busyStepMs <= now) {
    holdBack(pace, busyStepMs, now, 1);
    pace.fullAt = now;
  }
  return busyStepMs;
}

/** A stream that has waited too long goes: the next one gets its place at the end. */
export function giveUp(pace: Pace, limit: PaceLimit = openPace): void {
  pace.nextAt -= 1000 / limit.perSecond;
}

export function onOpened(pace: Pace, turn: number): void {
  pace.opening.delete(turn);
}

/** A timer was due at `due` and came at `now`. All timers of one delay are late, and it counts once. */
export function noteTimer(pace: Pace, due: number, now: number, limit: PaceLimit = openPace): void {
  const late = now - due;
  if (late <= limit.lateMs || due < pace.lateAt) return;
  holdBack(pace, late * limit.rest, now, 1 - limit.leastShare);
  pace.lateAt = now;
}

/** For `ms`, but no more than a `share` of the time since the last time: the clock never runs backwards. */
function holdBack(pace: Pace, ms: number, now: number, share: number): void {
  pace.behindMs += Math.min(ms, (now - pace.heldAt) * share);
  pace.heldAt = now;
}
