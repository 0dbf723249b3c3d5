/**
 * AMI's event filters: POSIX extended regular expressions over an event's whole text. An event passes if one of the session's
 * expressions matches; without any, all pass. Answers and list items are never filtered (16.28 and 22.10, measured).
 */

/** Undefined for what is no regular expression. A `.` matches line ends too, as regcomp's does without REG_NEWLINE. */
export function parseFilter(text: string): RegExp | undefined {
  const classes = text
    .replaceAll("[[:space:]]", "\\s")
    .replaceAll("[:space:]", "\\s")
    .replaceAll("[:digit:]", "0-9")
    .replaceAll("[:alnum:]", "A-Za-z0-9");
  try {
    return new RegExp(classes, "s");
  } catch {
    return undefined;
  }
}

export function passes(filters: readonly RegExp[], text: string): boolean {
  return filters.length === 0 || filters.some((filter) => filter.test(text));
}
