/** JSON text and what is wrong with it, without exceptions and without quoting it. Pure. */
import type * as z from "zod";

/** Undefined for text that is not JSON, which no JSON text means. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Mistakes named in one log line; more would only repeat the same one. */
const maxIssues = 3;

/** Names fields and rules, never values: callers' numbers do not belong in logs. */
export function describeIssues({ issues }: z.ZodError): string {
  return issues
    .slice(0, maxIssues)
    .map(({ path, message }) => `${path.join(".")}: ${message}`)
    .join("; ");
}
