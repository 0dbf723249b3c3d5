/**
 * AMI's event filters: POSIX extended regular expressions over an event's whole text. Filters with a leading `!`
 * exclude events, the others include them. An event passes if no excluding filter matches, and an including filter
 * matches or none exists. Responses and list items are never filtered (measured on 16.28 and 22.10).
 */

export type Filter = Readonly<{ expression: RegExp; isExclusion: boolean }>;

/** Undefined for an invalid expression. `.` matches line ends, as it does for regcomp without REG_NEWLINE. */
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
