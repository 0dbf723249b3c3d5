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

/** A commit leads from `before` to `after`. Whether it changed what is known of the watch, which is in no log. */
export function foldWatch(state: StatisticsState, before: SiteMeta, after: SiteMeta, now: number): boolean {
  const watch = nextWatch(state.watch, before, after, now);
  if (watch === null) return false;
  const { gap, unseen, ...next } = watch;
  const isGap = gap !== null && gap.to - gap.from > shortGapMs;
  foldMissed(state, before, after, isGap ? gap.to : null);
  if (gap) countGap(state, gap, now);
  if (unseen) countUnseen(state, unseen, isGap ? gap.to : unseen.from, now);
  state.watch = next;
  markAll(state);
  return true;
}

/** Nobody watched from `gap.from` to `gap.to` (ms). */
export function countGap(state: StatisticsState, gap: Day, now: number): void {
  if (gap.to - gap.from <= shortGapMs) return;
  const kept = { from: Math.max(gap.from, now - statisticsKeptMs), to: gap.to };
  for (const { start, from, to } of partsOf(kept.from, kept.to))
    count(state, "site", "", start, { unwatched: to - from });
  foldGap(state, kept);
}

/** What agents did from `unseen.from` to `unseen.to` (ms) is not known. Until `after` nobody watched anything. */
function countUnseen(state: StatisticsState, unseen: Day, after: number, now: number): void {
  if (unseen.to - unseen.from <= shortGapMs) return;
  const kept = { from: Math.max(unseen.from, now - statisticsKeptMs), to: unseen.to };
  for (const { start, from, to } of partsOf(Math.max(kept.from, after), kept.to))
    count(state, "site", "", start, { unseen: to - from });
  foldGap(state, kept);
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
    return { since, awaySince: null, doubtFrom: since, amiSince, gap: null, unseen: null };
  }
  // Where the link is up and was up, only what had waited shows what happened while the uplink was away.
  const from = watch.awaySince ?? Math.max(watch.doubtFrom, hasLost ? now - outboxMs : 0);
  const to = hasLost ? now : amiSince;
  if (watch.awaySince === null && !hasLost && amiSince <= watch.amiSince) return null;
  const unseen = watch.awaySince === null ? null : { from, to: now };
  return { ...watch, awaySince: null, doubtFrom: Math.max(from, to), amiSince, gap: { from, to }, unseen };
}

/** The share of `span` that was watched, of what of it has passed at `now`. `unwatched` (ms) is what its gaps sum up to. */
export function coverageOf({ since, awaySince }: Watch, span: Day, unwatched: number, now: number): number {
  const to = Math.min(span.to, now);
  const elapsed = to - span.from;
  if (elapsed <= 0 || since === null) return since === null ? 0 : 1;
  const before = Math.min(Math.max(0, since - span.from), elapsed);
  const isAway = awaySince !== null && now - awaySince > shortGapMs;
  const after = isAway ? Math.max(0, to - Math.max(span.from, awaySince)) : 0;
  const watched = Math.max(0, elapsed - before - after - unwatched);
  return Math.floor((watched / elapsed) * 10_000) / 10_000;
}
