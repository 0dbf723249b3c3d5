/**
 * Reads what the worker's objects have stored: rows, socket attachments, values. Stored data outlives the build that
 * wrote it, and this build may be a newer one, or an older one after a roll-back. So each kind of stored data has a
 * version, and is checked here before it gets a type ([ADR 9](../../docs/adr/0009-stored-data-has-a-version.md)).
 *
 * | what                      | its version                                   | how it is checked                 |
 * |---------------------------|-----------------------------------------------|-----------------------------------|
 * | rows of the Site's tables | one for each set of tables, see `site/tables` | by schema, except lists of events |
 * | lists of events           | that of their tables                          | each is an object of a known type |
 * | attachments, tickets      | in an envelope `{version, value}`             | by schema                         |
 *
 * The log is read for each resume and each time the site wakes, up to 50,000 events at a time. A full schema would cost
 * about as much as everything else that is done with an event. The events passed it when they arrived, so reading them
 * back checks only the structure that readers rely on.
 *
 * Data that cannot be read is a value, `Unreadable`. The caller logs one line and replaces the data.
 */
import { eventTraits, type SiteEvent } from "@pbxis/shared";
import type * as z from "zod";
import { describeIssues, parseJson } from "./json.ts";
import { logError } from "./log.ts";

/** `version` is the one that was found, or null. */
export type Unreadable = Readonly<{ ok: false; version: number | null; because: string }>;
export type ReadBack<Value> = Readonly<{ ok: true; value: Value }> | Unreadable;

/** For generators and constructors; caught by the part that owns the store. */
export class UnreadableError extends Error {
  readonly unreadable: Unreadable;

  constructor(unreadable: Unreadable) {
    super(unreadable.because);
    this.unreadable = unreadable;
  }
}

/** Logs what could not be read: the object, the store and the item, and what is done about it. */
export function logUnreadable(
  place: Readonly<{ object: string; store: string; item?: string | number }>,
  { version, because }: Unreadable,
  action: string,
): void {
  logError("stored data cannot be read", { ...place, version, because, action });
}

export function unreadable(because: string, version: number | null = null): Unreadable {
  return { ok: false, version, because };
}

export type Envelope<Value> = Readonly<{ version: number; value: Value }>;

export function seal<Value>(version: number, value: Value): Envelope<Value> {
  return { version, value };
}

/** The inverse of `seal`, for `version` alone. */
export function unseal<Value>(schema: z.ZodType<Value>, version: number, stored: unknown): ReadBack<Value> {
  if (typeof stored !== "object" || stored === null || !("version" in stored) || !("value" in stored))
    return unreadable("it has no version");
  if (typeof stored.version !== "number") return unreadable("its version is not a number");
  if (stored.version !== version) return unreadable(`this build reads version ${version} only`, stored.version);
  return check(schema, stored.value, version);
}

/** JSON of one value, in a row of tables of `version`. */
export function readValue<Value>(schema: z.ZodType<Value>, version: number, text: unknown): ReadBack<Value> {
  const value = typeof text === "string" ? parseJson(text) : undefined;
  return value === undefined ? unreadable("it is not JSON", version) : check(schema, value, version);
}

/** JSON of a list of events. */
export function readEvents(text: unknown, version: number | null = null): ReadBack<readonly SiteEvent[]> {
  return readList(text, isEvent, version);
}

/** The same for any list, whose members `isMember` recognizes. */
export function readList<Member>(
  text: unknown,
  isMember: (value: unknown) => value is Member,
  version: number | null = null,
): ReadBack<readonly Member[]> {
  const list = typeof text === "string" ? parseJson(text) : undefined;
  if (!Array.isArray(list)) return unreadable("it is not a JSON list", version);
  const place = list.findIndex((value) => !isMember(value));
  return place < 0 ? { ok: true, value: list } : unreadable(`${place}: not of a known type`, version);
}

/** Only whether it is an object of a known type: see above. */
export function isEvent(value: unknown): value is SiteEvent {
  return (
    typeof value === "object" && value !== null && "type" in value && Object.hasOwn(eventTraits, String(value.type))
  );
}

function check<Value>(schema: z.ZodType<Value>, value: unknown, version: number): ReadBack<Value> {
  const parsed = schema.safeParse(value);
  return parsed.success ? { ok: true, value: parsed.data } : unreadable(describeIssues(parsed.error), version);
}
