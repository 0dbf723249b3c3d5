/**
 * AP5, AP6: brings what callers send into the form of the schemas. Webhook tools send numbers where a name is digits, a
 * number as people write it, null for a field that is not set, and forms. Only the notation changes here: every value
 * is still checked by its schema afterwards, and the result is what is stored and compared (CM12). Pure.
 */

import { namesIn } from "../http/query.ts";

/** Fields that are text. An integer in one of them is taken as its digits. */
const textFields: ReadonlySet<string> = new Set([
  "agent",
  "queue",
  "to",
  "callerId",
  "channel",
  "name",
  "reason",
  "variables",
  "supervisor",
  "of",
  "digits",
]);
/** Fields that are whole numbers. */
const numberFields: ReadonlySet<string> = new Set(["penalty", "timeoutSeconds", "deadlineSeconds"]);

/** The command in `body`. `isForm`: every value is text, so numbers and booleans are read from text too. */
export function lenientCommand(body: unknown, isForm: boolean): unknown {
  if (!isObject(body)) return body;
  return mapFields(body, (name, value) => {
    if (name === "to") return withoutSeparators(asText(value));
    if (name === "variables" && isObject(value)) return mapFields(value, (_, one) => asText(one));
    if (textFields.has(name)) return asText(value);
    return isForm ? fromText(name, value) : value;
  });
}

/** The request of a ticket in `body`. In a form, a list may be one text with commas as in a URL (SU1). */
export function lenientTicket(body: unknown, isForm: boolean): unknown {
  if (!isObject(body)) return body;
  return mapFields(body, (name, value) => {
    if (name !== "agents" && name !== "queues" && name !== "sites") return value;
    if (Array.isArray(value)) return value.map(asText);
    return isForm && typeof value === "string" ? namesIn(value) : value;
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null counts as absent. */
function mapFields(
  fields: Readonly<Record<string, unknown>>,
  map: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  const present = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(present.map(([name, value]) => [name, map(name, value)]));
}

/** A larger integer has lost digits already, so it stays a number and is refused. */
function asText(value: unknown): unknown {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? String(value) : value;
}

/** The separators of E.123 within a number. */
const separators = /[ \u00a0().-]/g;

/**
 * `+1 (415) 555-0100` and `tel:+1-415-555-0100` as `+14155550100`. Only a text of digits and separators changes: a name
 * may contain `-` and `.`. `+44 (0)20 …` stays as it is and is refused, because its 0 is not dialled from abroad.
 */
function withoutSeparators(to: unknown): unknown {
  if (typeof to !== "string") return to;
  const number = to.replace(/^ *tel:/i, "");
  const digits = number.replace(separators, "");
  return /^\+?[0-9*#]+$/.test(digits) && !/\+.*\(0\)/.test(number) ? digits : to;
}

function fromText(name: string, value: unknown): unknown {
  if ((name === "paused" || name === "muted") && (value === "true" || value === "false")) return value === "true";
  return numberFields.has(name) && typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
}
