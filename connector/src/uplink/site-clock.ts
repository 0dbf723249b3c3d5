/**
 * What the connector knows of the site's clock (UP1, UP2), and what follows for the times that it sends. Pure.
 *
 * The site names its clock in `welcome` and in some `ack`s. It has read it at some time between when the frame that is
 * answered was sent and when the answer arrived. So each answer says how far the site's clock is at least and at most,
 * and the quicker ones of the last few say it best. A delay alone never makes a clock wrong: only what is certain counts.
 */
import type { AmiStatus, SiteEvent, UplinkReport } from "@pbxis/shared";

/** How far the site's clock is ahead of the steady clock, in ms, by one answer. */
type Bounds = Readonly<{ least: number; most: number }>;
/** The latest answer last. */
export type SiteClock = readonly Bounds[];

const kept = 8;

/** `siteAt` is by the site's clock, the others by the steady clock: when the question was sent, and the answer arrived. */
export function onSiteTime(clock: SiteClock, siteAt: number, sentAt: number, receivedAt: number): SiteClock {
  return [...clock.slice(1 - kept), { least: siteAt - receivedAt, most: siteAt - sentAt }];
}

/** Null until the site has sent its time. */
function siteAhead(clock: SiteClock): Bounds | null {
  if (clock.length === 0) return null;
  const least = Math.max(...clock.map((one) => one.least));
  return { least, most: Math.max(least, Math.min(...clock.map((one) => one.most))) };
}

/** The value within the bounds that is nearest to `value`. */
function within({ least, most }: Bounds, value: number): number {
  return Math.min(Math.max(value, least), most);
}

/** A clock that differs by more is reported, and times are corrected. */
const maxClockOffsetMs = 5_000;
/**
 * A correction ends below this, and follows the site's clock in steps of at least `stepMs`: times are not to flicker.
 */
const endMs = 4_000;
const stepMs = 1_000;

/** The next correction of times, in ms; `error` is how far they are behind the site's clock. */
function nextCorrection(correction: number, error: number): number {
  if (correction === 0) return Math.abs(error) > maxClockOffsetMs ? Math.round(error) : 0;
  if (Math.abs(error) < endMs) return 0;
  return Math.abs(error - correction) > stepMs ? Math.round(error) : correction;
}

/** The clocks of one moment: the steady one, that of the process's times (`processNow`), and the machine's own. */
export type Moment = Readonly<{ steady: number; process: number; machine: number }>;

/**
 * `correction`: what all times of the process get added, in ms. `offset`: how far the machine's clock is ahead of the
 * site's, in ms; null while that is not known. `reported`: the offset when it was last worth a line.
 */
export type ClockWatch = Readonly<{ correction: number; offset: number | null; reported: number }>;

export const unknownClock: ClockWatch = { correction: 0, offset: null, reported: 0 };

/** `line`: what to log, once for each change. */
export function watchClock(
  watch: ClockWatch,
  clock: SiteClock,
  { steady, process, machine }: Moment,
): Readonly<{ watch: ClockWatch; line: Readonly<{ level: "info" | "warn"; message: string }> | null }> {
  const ahead = siteAhead(clock);
  if (ahead === null) return { watch, line: null };
  const behind = (time: number): Bounds => ({ least: steady + ahead.least - time, most: steady + ahead.most - time });
  const correction = nextCorrection(watch.correction, within(behind(process), watch.correction));
  const offset = 0 - Math.round(within(behind(machine), 0));
  const isOff = isWrong(offset);
  const isChanged = isOff ? isWrong(offset - watch.reported) : watch.reported !== 0 && Math.abs(offset) < endMs;
  const next = { correction, offset, reported: isChanged ? (isOff ? offset : 0) : watch.reported };
  return { watch: next, line: isChanged ? describeOffset(offset) : null };
}

function isWrong(offset: number): boolean {
  return Math.abs(offset) > maxClockOffsetMs;
}

function describeOffset(offset: number) {
  if (!isWrong(offset))
    return { level: "info", message: "clock: this machine's clock agrees with the site's again" } as const;
  const message = `clock: this machine's clock is ${offsetText(offset)} the site's; times are sent by the site's clock`;
  return { level: "warn", message } as const;
}

/** Such as `3600.0 s ahead of`. Undefined if the offset is unknown or small. */
export function wrongClock(offset: number | null): string | undefined {
  return offset !== null && isWrong(offset) ? offsetText(offset) : undefined;
}

function offsetText(offset: number): string {
  return `${(Math.abs(offset) / 1000).toFixed(1)} s ${offset > 0 ? "ahead of" : "behind"}`;
}

/** `event` with its times on the site's clock. */
export function correctEvent(event: SiteEvent, ms: number): SiteEvent {
  if (ms === 0) return event;
  const corrected: Record<string, unknown> = { ...event };
  for (const name of ["at", "since", "longestWaitSince"]) {
    const time = corrected[name];
    if (typeof time === "number" && time > 0) corrected[name] = Math.max(0, time + ms);
  }
  if (event.type === "queueCallers")
    corrected.callers = event.callers.map((caller) => ({ ...caller, since: Math.max(0, caller.since + ms) }));
  return corrected as SiteEvent;
}

export function correctAmi(ami: AmiStatus, ms: number): AmiStatus {
  return ms === 0 ? ami : { ...ami, asOf: Math.max(0, ami.asOf + ms) };
}

export function correctReport(report: UplinkReport, { correction, offset }: ClockWatch): UplinkReport {
  const { at, audit } = report;
  return {
    ...report,
    at: at + correction,
    audit: audit && { ...audit, at: audit.at + correction },
    ...(offset !== null && { clockOffsetMs: offset }),
  };
}
