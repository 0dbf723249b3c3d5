/** Reads a header's value as a text, a number, or nothing. */
import type { Fields } from "../wire/packet.ts";

/** The value of a required header; undefined if the header is absent or empty. */
export function text(fields: Fields, name: string): string | undefined {
  return fields.get(name) || undefined;
}

/** A value that a channel may lack. Null if the header is absent, empty, or `<unknown>` (`unknown` in QueueEntry). */
export function known(fields: Fields, name: string): string | null {
  const value = fields.get(name);
  return value === undefined || value === "" || value === "<unknown>" || value === "unknown" ? null : value;
}

/** A telephone number. Null also for SIP's `anonymous`, which stands for a withheld number (RFC 3323). */
export function knownNumber(fields: Fields, name: string): string | null {
  const value = known(fields, name);
  return value?.toLowerCase() === "anonymous" ? null : value;
}

/**
 * Larger values are no count, status or time: as seconds this is the year 5138, and as ms it is still an exact number.
 */
const maxInteger = 1e11;

/** A whole number; `fallback` if the header is absent, as some are in older versions, or no reasonable number. */
export function integer(fields: Fields, name: string, fallback: number): number {
  const value = fields.get(name);
  if (value === undefined || value === "") return fallback;
  const number = Number(value);
  return Number.isInteger(number) && Math.abs(number) <= maxInteger ? number : fallback;
}

/** A whole number that is not negative; 0 if the header is absent or nonsense. */
export function count(fields: Fields, name: string): number {
  return Math.max(0, integer(fields, name, 0));
}

/** A time such as `00:01:30`, in seconds; 0 if the header is absent or nonsense. */
export function clockSeconds(fields: Fields, name: string): number {
  const [, hours, minutes, seconds] = /^(\d{2,6}):(\d\d):(\d\d)$/.exec(fields.get(name) ?? "") ?? [];
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

/** A place in a queue, which counts from 1; null if the header is absent or nonsense. */
export function place(fields: Fields, name: string): number | null {
  return count(fields, name) || null;
}
