/** Channel variables: how a `Variable:` header sets them, and which of them a new channel inherits. */

/**
 * Commas separate assignments, except within quotes, parentheses and brackets. A backslash escapes the next character
 * (measured on 16.28 and
 * 22.10).
 */
export function assignments(line: string): [name: string, value: string][] {
  const parts = [""];
  let isQuoted = false;
  let depth = 0;
  const append = (character: string) => {
    parts[parts.length - 1] += character;
  };
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === "\\") append(line.charAt(++index));
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === "," && !isQuoted && depth <= 0) parts.push("");
    else {
      if (character === "(" || character === "[") depth++;
      else if (character === ")" || character === "]") depth--;
      append(character);
    }
  }
  return parts.flatMap((part): [string, string][] => {
    const [, name, value] = /^\s*(\w+)=(.*)$/s.exec(part) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

type Variables = ReadonlyMap<string, string>;

/**
 * The variables of a channel that is created from one with `variables`: `__NAME` is inherited for ever, `_NAME` once.
 */
export function inherited(variables: Variables = new Map()): Map<string, string> {
  const result = new Map<string, string>();
  for (const [name, value] of variables)
    if (name.startsWith("__")) result.set(name, value);
    else if (name.startsWith("_")) result.set(name.slice(1), value);
  return result;
}

/** Reads a variable as the dialplan does, without the underscores that control inheritance. */
export function variableOf(variables: Variables, name: string): string | undefined {
  return variables.get(name) ?? variables.get(`_${name}`) ?? variables.get(`__${name}`);
}
