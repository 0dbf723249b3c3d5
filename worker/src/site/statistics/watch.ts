/**
 * How much of the time the site was watched. A gap begins when the link is lost (ST3) and ends when Asterisk is
 * connected again. A connector whose uplink alone was away has watched all the time, and brings what happened; if it
 * had to drop some of it (UP6), that was a gap, too. But of the states of that time it brings the last ones only (EV11),
 * so what agents did then is not known. Gaps of up to a second do not count. Pure, except that it changes the state.
 */
import type { SiteMeta } from "../meta.ts";
import { statisticsKeptMs } from "../retention.ts";
import { foldGap } from "./agent-fold.ts";
import { partsOf } from "./interval.ts";
import { foldMissed } from "./missed.ts";
import { count, markAll, type StatisticsState, type Watch } from "./state.ts";
import type { Day } from "./zone.ts";

const shortGapMs = 1_000;
/** A connector's outbox holds about an hour: what it dropped is not older. */
const outboxMs = 3_600_000;
/** The latest gaps that are remembered of each kind: one that is noticed late may have begun before them. */
const maxLeftOut = 4;

/** A commit leads from `before` to `after`. Whether it changed what is known of the watch, which is in no log. */
export function foldWatch(state: StatisticsState, before: SiteMeta, after: SiteMeta, now: number): boolean {
  const watch = nextWatch(state.watch, before, after, now);
  if (watch === null) return false;
  const { gap, unseen, ...next } = watch;
  const isGap = gap !== null && gap.to - gap.from > shortGapMs;
  foldMissed(state, before, after, isGap ? gap.to : null);
  if (gap) countGap(state, gap, now);
  if (unseen) countUnseen(state, unseen, now);
  state.watch = { ...next, leftOut: state.watch.leftOut };
  markAll(state);
  return true;
}

/**
 * The connector had to collapse what agents did meanwhile, because the site was slow to acknowledge (UP2). Whether that
 * changed anything: while the link is away, all that time is left out.
 */
export function foldUnseen(state: StatisticsState, { from, to }: Day, now: number): boolean {
  if (state.watch.awaySince !== null) return false;
  countUnseen(state, { from: Math.min(from, now), to: Math.min(to, now) }, now);
  markAll(state);
  return true;
}

/** Nobody watched from `gap.from` to `gap.to` (ms). */
export function countGap(state: StatisticsState, gap: Day, now: number): void {
  if (gap.to - gap.from <= shortGapMs) return;
  const kept = { from: Math.max(gap.from, now - statisticsKeptMs), to: gap.to };
  const { leftOut } = state.watch;
  for (const part of minus(kept, leftOut.unwatched)) countSite(state, "unwatched", part, 1);
  // That nobody watched may be known only after the uplink was away.
  for (const { from, to } of leftOut.unseen)
    countSite(state, "unseen", { from: Math.max(from, kept.from), to: Math.min(to, kept.to) }, -1);
  const unwatched = [...leftOut.unwatched.flatMap((one) => minus(one, [kept])), kept].slice(-maxLeftOut);
  const unseen = leftOut.unseen.flatMap((one) => minus(one, [kept]));
  state.watch = { ...state.watch, leftOut: { unwatched, unseen } };
  foldGap(state, kept);
}

/** What agents did from `unseen.from` to `unseen.to` (ms) is not known. Nobody may have watched in some of that time. */
function countUnseen(state: StatisticsState, unseen: Day, now: number): void {
  if (unseen.to - unseen.from <= shortGapMs) return;
  const kept = { from: Math.max(unseen.from, now - statisticsKeptMs), to: unseen.to };
  const { leftOut } = state.watch;
  const parts = minus(kept, [...leftOut.unwatched, ...leftOut.unseen]);
  for (const part of parts) countSite(state, "unseen", part, 1);
  state.watch = { ...state.watch, leftOut: { ...leftOut, unseen: [...leftOut.unseen, ...parts].slice(-maxLeftOut) } };
  foldGap(state, kept);
}

/** `sign`: -1 takes it back. */
function countSite(state: StatisticsState, field: "unwatched" | "unseen", span: Day, sign: 1 | -1): void {
  for (const { start, from, to } of partsOf(span.from, span.to))
    count(state, "site", "", start, { [field]: sign * (to - from) });
}

/** The parts of `span` that are in none of the `others`. */
function minus(span: Day, others: readonly Day[]): Day[] {
  const sides = ({ from, to }: Day, other: Day) => [
    { from, to: Math.min(to, other.from) },
    { from: Math.max(from, other.to), to },
  ];
  const isLeft = ({ from, to }: Day) => from < to;
  return others.reduce((parts, other) => parts.flatMap((part) => sides(part, other).filter(isLeft)), [span]);
}

/** `gap`: nobody watched Asterisk. `unseen`: the site did not learn of the states of that time. */
type Next = Watch & Readonly<{ gap: Day | null; unseen: Day | null }>;

function nextWatch(watch: Watch, before: SiteMeta, after: SiteMeta, now: number): Next | null {
  const amiSince = Math.min(after.ami.asOf, now);
  const hasLost = after.lost.total > before.lost.total;
  if (after.link !== "up") {
    if (before.link !== "up") return null;
    return { ...watch, awaySince: Math.min(after.asOf, now), gap: null, unseen: null };
  }
  if (watch.since === null) {
    const since = Math.max(amiSince, watch.doubtFrom);
    // Its outbox brings what has happened since, but of what agents did before it reached the site only the end.
    const unseen = { from: since, to: now };
    return { ...watch, since, awaySince: null, doubtFrom: since, amiSince, gap: null, unseen };
  }
  // Where the link is up and was up, only what had waited shows what happened while the uplink was away.
  const from = watch.awaySince ?? Math.max(watch.doubtFrom, hasLost ? now - outboxMs : 0);
  const to = hasLost ? now : amiSince;
  if (watch.awaySince === null && !hasLost && amiSince <= watch.amiSince) return null;
  const unseen = watch.awaySince === null ? null : { from, to: now };
  return { ...watch, awaySince: null, doubtFrom: Math.max(from, to), amiSince, gap: { from, to }, unseen };
}

/** The share of `span` that was watched, of what of it has passed at `now`. `unwatched` (ms) is what its gaps sum up to. */
export function coverageOf(
  { since, awaySince }: Pick<Watch, "since" | "awaySince">,
  span: Day,
  unwatched: number,
  now: number,
): number {
  const to = Math.min(span.to, now);
  const elapsed = to - span.from;
  if (elapsed <= 0 || since === null) return since === null ? 0 : 1;
  const before = Math.min(Math.max(0, since - span.from), elapsed);
  const isAway = awaySince !== null && now - awaySince > shortGapMs;
  const after = isAway ? Math.max(0, to - Math.max(span.from, awaySince)) : 0;
  const watched = Math.max(0, elapsed - before - after - unwatched);
  return Math.floor((watched / elapsed) * 10_000) / 10_000;
}
