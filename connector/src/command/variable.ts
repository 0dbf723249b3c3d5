/**
 * CM13: the channel variables that an originate may set, and how their values are escaped: AMI reads a `Variable:` line
 * as a list of assignments.
 */

/** A variable is allowed if its name is one of `names` or begins with one of `prefixes`. */
export type VariableRule = Readonly<{ names: ReadonlySet<string>; prefixes: readonly string[] }>;

/** None of Asterisk's own variables begins with one of these. */
export const defaultVariables = "CRM*,TICKET*";

/**
 * Parses a list such as `CRM*,TICKET_ID`; undefined if it is invalid. A lone `*` is invalid, because it would allow
 * every variable that Asterisk itself acts on.
 */
export function parseVariableRule(list: string): VariableRule | undefined {
  const names = new Set<string>();
  const prefixes: string[] = [];
  for (const entry of list.split(",").map((part) => part.trim())) {
    if (!/^[A-Za-z][A-Za-z0-9_]{0,63}\*?$/.test(entry)) return undefined;
    if (entry.endsWith("*")) prefixes.push(entry.slice(0, -1));
    else names.add(entry);
  }
  return { names, prefixes };
}

/**
 * Ignores a leading `_` or `__`, by which called channels inherit a variable. Names are case-sensitive, as in the
 * dialplan.
 */
export function isVariableAllowed(rule: VariableRule, name: string): boolean {
  const bare = name.replace(/^_{0,2}/, "");
  return rule.names.has(bare) || rule.prefixes.some((prefix) => bare.startsWith(prefix));
}

/**
 * Returns `NAME=value`, escaped so that AMI reads this one assignment and the channel gets the value unchanged.
 * Measured on Asterisk 16.28 and 22.10 with every character that has a meaning there.
 */
export function assignment(name: string, value: string): string {
  return `${name}=${value.replace(/[\\",]/g, "\\$&")}`;
}
