/** What the simulated PBX knows of a wait, a ring or a talk that has ended, and what connectors can know of it. */
import type { Ended } from "../pbx/state.ts";
import type { ConnectorRun } from "./connectors.ts";
import { amiDelayMs, processingMs, runsConnectedAt } from "./excuse.ts";
import { slow } from "./machines.ts";
import type { News } from "./news.ts";
import type { EndedTalk, Range } from "./queue-truth.ts";

/**
 * `spooledBy`: the time by which a connector that saw the end has written the occurrence to its spool. `wasStalled`: it
 * arrived together with what happened seconds later, and the simulated PBX sends no timestamps. `hadStall`: there was
 * a stall since it began. `countedMs`: how long it lasted by the PBX's clock.
 */
export type KnownEnd = Ended &
  Readonly<{ at: number; countedMs: number; wasStalled: boolean; hadStall: boolean }> & { spooledBy: number };

/** Stalls of AMI may follow each other without a pause. */
export const stallsMs = 3 * amiDelayMs;
/** For how long the beginning and the end of a talk or a hold may take to arrive. */
export const talkSlackMs = 500;
/** A connection to AMI that has died silently is given up after this time. */
export const silenceMs = 25_000;
/** In this time a connector has its lists, unless AMI stalls. */
const listsMs = 1_000;
/** Asterisk's lists name the difference of two times in whole seconds. */
const listedMs = 1_000;
/** A connector learns from lists of what was there before it connected. */
const regenerationMs = 2 * amiDelayMs;

/** Whether every connector that ran then was connected to AMI, from long before its beginning until long after. */
export function watchedThroughout(runs: readonly ConnectorRun[], at: number, lastedMs: number): boolean {
  const beforeMs = lastedMs + regenerationMs;
  const alive = runs.filter(({ from, until }) => from < at + amiDelayMs && (until === null || until > at - beforeMs));
  const connected = runsConnectedAt(runs, at, amiDelayMs, beforeMs);
  return connected.length > 0 && alive.every((run) => connected.includes(run));
}

/** Whether each connector that ran at its end had seen it begin. Others have Asterisk's word for how long it lasted. */
export function sawBeginning(runs: readonly ConnectorRun[], { at, lastedMs, hadStall }: KnownEnd): boolean {
  const began = at - lastedMs;
  if (hadStall) return false;
  return runs
    .filter(({ from, until }) => from < at + amiDelayMs && (until === null || until > at))
    .every(({ amiSpans }) =>
      amiSpans.some(({ from, until }) => from < began - listsMs && (until === null || until > began + listsMs)),
    );
}

/**
 * For how long the wait may have lasted to the connectors that ran at its end. One that has it from a list counts back
 * from when the list arrived.
 */
export function lastedTo(one: KnownEnd, runs: readonly ConnectorRun[], news: News): Range {
  const { at, lastedMs, countedMs } = one;
  const began = at - lastedMs;
  const most = news.knownBy(at, runs) - began;
  const running = runs.filter(({ from, until }) => from < at + amiDelayMs && (until === null || until > at));
  const sawBegin = running.every(({ amiSpans }) =>
    amiSpans.some(({ from, until }) => from < began - listsMs && (until === null || until > at)),
  );
  const slowMs = slow * lastedMs;
  if (sawBegin) return { least: at - news.knownBy(began, runs) - slowMs, most };
  return {
    least: countedMs - listedMs - (wasHeldUp(one, runs) ? stallsMs : processingMs) - slowMs,
    most: most + listedMs,
  };
}

/** Whether each connector that ran at its end knew the site's clock. */
export function haveReached(runs: readonly ConnectorRun[], { at }: KnownEnd): boolean {
  return runs.every(({ from, until, reachedAt }) => from > at || (until ?? Infinity) < at || reachedAt < at);
}

/** For how long the talk and its holds may have lasted to the connectors. One that was cut off may have seen no hold. */
export function talkedTo(
  one: KnownEnd,
  wasWatched: boolean,
  runs: readonly ConnectorRun[],
): Pick<EndedTalk, "lasted" | "held"> {
  const slackMs = wasHeldUp(one, runs) ? stallsMs : talkSlackMs;
  const mostMs = slackMs + (wasWatched ? 0 : silenceMs);
  const heldMs = heldIn(one);
  return {
    lasted: { least: Math.max(0, one.lastedMs - slackMs), most: one.lastedMs + mostMs },
    held: { least: Math.max(0, heldMs - slackMs), most: heldMs + mostMs },
  };
}

export function heldIn({ held = [] }: KnownEnd): number {
  return held.reduce((sum, { from, until }) => sum + until - from, 0);
}

/** Whether something kept news of it from the connectors. */
export function wasHeldUp({ hadStall, at, lastedMs }: KnownEnd, runs: readonly ConnectorRun[]): boolean {
  return hadStall || runs.some(({ process }) => process.machine.frozenUntil > at - lastedMs);
}
