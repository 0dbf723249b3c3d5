/**
 * Times of day in the site's zone, which may not be the browser's: a day of the reports is the site's day. Pure. `zone`
 * is an IANA name; times are in ms since 1970.
 */
import type { SiteEvent } from "@pbxis/shared/client";

/** `month` from 1. */
type LocalTime = Readonly<{ year: number; month: number; day: number; hour: number; minute: number }>;

/** The zone that the site's figures name (EV18, EV19), otherwise the browser's. */
export function zoneOf(events: readonly SiteEvent[]): string {
  for (const event of events)
    if (event.type === "queueStatistics" || event.type === "agentStatistics")
      if (isZone(event.period.zone)) return event.period.zone;
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Whether this browser knows the zone: an older one may not. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Making a format is slow, and there are few zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numbers = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  const made = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", { timeZone: zone, hourCycle: "h23", ...numbers });
  formats.set(zone, made);
  return made;
}

function localTime(at: number, zone: string): LocalTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}

/**
 * The moment at which the zone's clocks show `local`. Of a time that they show twice it is the first. One that they skip
 * is read as if they had not been changed yet.
 */
export function momentOf(local: LocalTime, zone: string): number {
  const shown = asUtc(local);
  const guesses = [shown - offset(shown, zone)];
  for (const shift of [-1, 1]) guesses.push(shown - offset(shown + shift * dayMs, zone));
  const right = guesses.filter((guess) => asUtc(localTime(guess, zone)) === shown);
  return right.length > 0 ? Math.min(...right) : Math.max(...guesses);
}

const dayMs = 86_400_000;

function offset(at: number, zone: string): number {
  return asUtc(localTime(at, zone)) - Math.floor(at / 60_000) * 60_000;
}

function asUtc({ year, month, day, hour, minute }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** The start of the day that is `days` after that of `at`. A day has 23 to 25 hours. */
export function dayStart(at: number, zone: string, days = 0): number {
  const { year, month, day } = localTime(at, zone);
  const date = new Date(Date.UTC(year, month - 1, day + days));
  const local = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return momentOf({ ...local, hour: 0, minute: 0 }, zone);
}

/** `2026-11-29T08:05`, as date fields have it. */
export function localText(at: number, zone: string): string {
  const { year, month, day, hour, minute } = localTime(at, zone);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** Null if `text` is no time of this form. */
export function parseLocalText(text: string, zone: string): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return isDate && minute < 60 ? momentOf({ year, month, day, hour, minute }, zone) : null;
}

/** `08:05`, and on another day than `now` `29 Nov 08:05`. */
export function shortTime(at: number, now: number, zone: string): string {
  const [date = "", time = ""] = localText(at, zone).split("T");
  return date === localText(now, zone).slice(0, 10) ? time : `${shortDay(at, zone)} ${time}`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `29 Nov` */
export function shortDay(at: number, zone: string): string {
  const { month, day } = localTime(at, zone);
  return `${day} ${months[month - 1]}`;
}
