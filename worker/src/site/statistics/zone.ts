/**
 * Days and hours of a zone. A day lasts from one local midnight to the next: 23, 24 or 25 hours, 23.5 where clocks
 * change by half an hour. All times are ms since 1970. Pure: the rules of the zones come with the platform.
 */
import { intervalMs, intervalOf } from "./interval.ts";

const hourMs = 3_600_000;

export type Day = Readonly<{ from: number; to: number }>;

/** Making one costs more than a thousand uses of it. One site has one zone, and rarely changes it. */
const formats = new Map<string, Intl.DateTimeFormat>();
const maxFormats = 50;

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** The local day of `at`. Where clocks skip midnight it begins at the first time that there is. */
export function dayOf(at: number, zone: string): Day {
  const from = dayStart(at, zone);
  // No day lasts longer than 30 hours, and none begins and ends within 30 hours of the one before.
  return { from, to: dayStart(from + 30 * hourMs, zone) };
}

/** When the local hour of `at` began. */
export function hourStart(at: number, offset: number): number {
  return Math.floor((at + offset) / hourMs) * hourMs - offset;
}

const steadyMs = 6 * hourMs;

/** As `offsetMs`, for many times that follow one another. Clocks change at most once in six hours. */
export function offsetsOf(zone: string): (at: number) => number {
  let known = { from: 0, offset: 0, isSteady: false };
  return (at) => {
    if (known.isSteady && at >= known.from && at < known.from + steadyMs) return known.offset;
    const from = Math.floor(at / steadyMs) * steadyMs;
    const offset = offsetMs(from, zone);
    known = { from, offset, isSteady: offset === offsetMs(from + steadyMs - 1, zone) };
    return known.isSteady ? offset : offsetMs(at, zone);
  };
}

/** Local time with its offset, such as `2026-11-29T00:00:00+01:00`. */
export function localText(at: number, zone: string): string {
  const offset = offsetMs(at, zone);
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number) => String(value).padStart(2, "0");
  const sign = `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
  return new Date(at + offset).toISOString().slice(0, 19) + sign;
}

/** How far local time is ahead of UTC at `at`, in ms. */
export function offsetMs(at: number, zone: string): number {
  return localMs(at, zone) - Math.floor(at / 1_000) * 1_000;
}

/** The first interval with the local date of `at`, by halving: dates do not go back. */
function dayStart(at: number, zone: string): number {
  const date = localDate(at, zone);
  let before = intervalOf(at) - 30 * hourMs;
  let within = intervalOf(at);
  // In a zone whose midnight is within an interval the day begins with the next one.
  if (localDate(within, zone) !== date) return within + intervalMs;
  while (within - before > intervalMs) {
    const middle = intervalOf((before + within) / 2);
    if (localDate(middle, zone) === date) within = middle;
    else before = middle;
  }
  return within;
}

function localDate(at: number, zone: string): number {
  return Math.floor(localMs(at, zone) / (24 * hourMs));
}

/** The local time of `at` as if it were UTC, in whole seconds. */
function localMs(at: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

/** @throws RangeError for a zone that the platform does not know. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = "numeric";
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
  });
  if (formats.size >= maxFormats) formats.clear();
  formats.set(zone, format);
  return format;
}
