/** Channel variables: how a `Variable:` line sets them, and which of them a called channel inherits. */

/**
 * Commas part the assignments, but not within quotes, parentheses and brackets; a backslash takes the meaning from what follows it
 * (measured on 16.28 and 22.10).
 */
export function assignments(line: string): [name: string, value: string][] {
  const parts = [""];
  let isQuoted = false;
  let depth = 0;
  const take = (character: string) => {
    parts[parts.length - 1] += character;
  };
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === "\\") take(line.charAt(++index));
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === "," && !isQuoted && depth <= 0) parts.push("");
    else {
      if (character === "(" || character === "[") depth++;
      else if (character === ")" || character === "]") depth--;
      take(character);
    }
  }
  return parts.flatMap((part): [string, string][] => {
    const [, name, value] = /^\s*(\w+)=(.*)$/s.exec(part) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

type Variables = ReadonlyMap<string, string>;

/** `__NAME` goes on to all further channels, `_NAME` to the next one only. */
export function inherited(variables: Variables = new Map()): Map<string, string> {
  const heirs = new Map<string, string>();
  for (const [name, value] of variables)
    if (name.startsWith("__")) heirs.set(name, value);
    else if (name.startsWith("_")) heirs.set(name.slice(1), value);
  return heirs;
}

/** As the dialplan reads it: without the underscores that only say who inherits it. */
export function variableOf(variables: Variables, name: string): string | undefined {
  return variables.get(name) ?? variables.get(`_${name}`) ?? variables.get(`__${name}`);
}
