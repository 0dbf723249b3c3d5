/**
 * AMI's event filters: POSIX extended regular expressions over an event's whole text. An event passes if one of the session's
 * expressions matches, or there is none, and none of those matches that were given with a `!`. Answers and list items are never filtered (16.28 and
 * 22.10, measured).
 */

export type Filter = Readonly<{ expression: RegExp; isExclusion: boolean }>;

/** Undefined for what is no regular expression. A `.` matches line ends too, as regcomp's does without REG_NEWLINE. */
export function parseFilter(text: string): Filter | undefined {
  const isExclusion = text.startsWith("!");
  const classes = text
    .slice(isExclusion ? 1 : 0)
    .replaceAll("[[:space:]]", "\\s")
    .replaceAll("[:space:]", "\\s")
    .replaceAll("[:cntrl:]", "\\x00-\\x1f")
    .replaceAll("[:digit:]", "0-9")
    .replaceAll("[:alnum:]", "A-Za-z0-9");
  try {
    return { expression: new RegExp(classes, "s"), isExclusion };
  } catch {
    return undefined;
  }
}

export function passes(filters: readonly Filter[], text: string): boolean {
  const inclusions = filters.filter(({ isExclusion }) => !isExclusion);
  const isIncluded = inclusions.length === 0 || inclusions.some(({ expression }) => expression.test(text));
  return isIncluded && !filters.some(({ isExclusion, expression }) => isExclusion && expression.test(text));
}
