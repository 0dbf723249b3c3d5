/** What the value of a header means: a text, a number, or nothing. */
import type { Fields } from "../wire/packet.ts";

/** A header that must have a value. */
export function text(fields: Fields, name: string): string | undefined {
  return fields.get(name) || undefined;
}

/** What a person may not have: nothing, or Asterisk's word for nothing (`unknown` in QueueEntry, `<unknown>` elsewhere). */
export function known(fields: Fields, name: string): string | null {
  const value = fields.get(name);
  return value === undefined || value === "" || value === "<unknown>" || value === "unknown" ? null : value;
}

/** A telephone number; SIP's `anonymous` is nobody's (RFC 3323), so it counts as withheld. */
export function knownNumber(fields: Fields, name: string): string | null {
  const value = known(fields, name);
  return value?.toLowerCase() === "anonymous" ? null : value;
}

/** Beyond it, either way, nothing is a count, a status or a time: in seconds it is the year 5138, and in ms still an exact number. */
const maxInteger = 1e11;

/** A whole number; `fallback` where the header is absent, as some are on older versions, or nonsense. */
export function integer(fields: Fields, name: string, fallback: number): number {
  const value = fields.get(name);
  if (value === undefined || value === "") return fallback;
  const number = Number(value);
  return Number.isInteger(number) && Math.abs(number) <= maxInteger ? number : fallback;
}

export function count(fields: Fields, name: string): number {
  return Math.max(0, integer(fields, name, 0));
}
