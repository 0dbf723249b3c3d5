/**
 * What is wrong with a value, in the words of PROTOCOL.md: `must be text`. Passed to `safeParse` as `error`, it
 * replaces the schema library's own wording wherever a schema has no message of its own. Pure.
 */
import type * as z from "zod";

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};
const units: Readonly<Record<string, string>> = { string: "characters", array: "entries" };

/** A message that follows the name of the field. */
export const plainIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined && issue.code !== "invalid_key") return "is required";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${alternatives(issue.values)}`;
    case "too_small":
      return limit("at least", issue.origin, issue.minimum);
    case "too_big":
      return limit("at most", issue.origin, issue.maximum);
    case "unrecognized_keys":
      return `has an unknown field: ${issue.keys[0]?.slice(0, maxShown)}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "has a wrong name";
    case "invalid_union":
      return "options" in issue && Array.isArray(issue.options) ? `must be ${alternatives(issue.options)}` : "is wrong";
    default:
      return "is wrong";
  }
};

/** Characters of a client's own text in a message. */
const maxShown = 64;

function alternatives(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(", ")}`;
}

function limit(bound: string, origin: string, value: number | bigint): string {
  const unit = units[origin];
  return unit ? `must have ${bound} ${value} ${unit}` : `must be ${bound} ${value}`;
}
