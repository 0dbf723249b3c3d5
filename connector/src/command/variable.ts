/**
 * CM13: the channel variables that an originate may set, and how their values get through AMI, which reads a `Variable:` line as a
 * list of assignments.
 */

/** `names` whole, `prefixes` by their beginning. */
export type VariableRule = Readonly<{ names: ReadonlySet<string>; prefixes: readonly string[] }>;

/** None of Asterisk's own variables begins so. */
export const defaultVariables = "CRM*,TICKET*,PBXIS*";

/** From `CRM*,TICKET_ID`; undefined if it is no such list. A lone `*` is none: it would open every variable that Asterisk obeys. */
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

/** The `_` and `__` that let called channels inherit a variable do not count. Names are case-sensitive, as in the dialplan. */
export function isVariableAllowed(rule: VariableRule, name: string): boolean {
  const bare = name.replace(/^_{0,2}/, "");
  return rule.names.has(bare) || rule.prefixes.some((prefix) => bare.startsWith(prefix));
}

/**
 * `NAME=value` so that AMI's list of assignments has this one only, and the channel gets the value unchanged (measured on 16.28 and
 * 22.10 with all that has a meaning there).
 */
export function assignment(name: string, value: string): string {
  return `${name}=${value.replace(/[\\",]/g, "\\$&")}`;
}
