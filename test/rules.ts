/**
 * The rule ids of PROTOCOL.md, such as EV13: where they are defined, and where code, tests and documents cite them. An
 * id is two or three capital letters and a number. Pure.
 */

export type Citation = Readonly<{ file: string; line: number; id: string }>;
export type TextFile = Readonly<{ path: string; text: string }>;

/** Names that have the form of a rule id and are none. */
const acronyms: ReadonlySet<string> = new Set([
  ...["MD5", "SHA1", "SHA256", "UTF8", "UTF16"],
  ...["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"],
  ...["IAX2", "IP4", "IP6", "USR1", "USR2", "DND500"],
]);

const idPattern = /\b[A-Z]{2,3}\d{1,3}\b/g;

/** Every id in a text that is not an acronym, in order. */
export function citationsIn({ path, text }: TextFile): Citation[] {
  return text.split("\n").flatMap((content, index) => {
    const ids = (content.match(idPattern) ?? []).filter((id) => !acronyms.has(id));
    return ids.map((id) => ({ file: path, line: index + 1, id }));
  });
}

/**
 * How PROTOCOL.md defines a rule: by a heading, by a paragraph or list item that starts with the id in bold, or by rows
 * of a table.
 */
const definitionForms = {
  heading: /^#+ ([A-Z]{2,3}\d{1,3})\b/,
  paragraph: /^(?:- )?\*\*([A-Z]{2,3}\d{1,3})\b/,
  table: /^\| ([A-Z]{2,3}\d{1,3}) \|/,
} as const;
type DefinitionForm = keyof typeof definitionForms;

/**
 * The ids that a protocol defines, and those that it defines more than once. A rule may have a heading, a paragraph and
 * rows in a table, but each form only once; rows of one table count as one definition.
 */
export function definitionsIn(protocol: string): Readonly<{ ids: ReadonlySet<string>; repeated: readonly string[] }> {
  const ids = new Set<string>();
  const seen = new Set<string>();
  const repeated = new Set<string>();
  let idsOfTable = new Set<string>();
  for (const line of protocol.split("\n")) {
    if (!line.startsWith("|")) idsOfTable = new Set();
    for (const [form, pattern] of Object.entries(definitionForms) as [DefinitionForm, RegExp][]) {
      const id = pattern.exec(line)?.[1];
      if (id === undefined || (form === "table" && idsOfTable.has(id))) continue;
      if (form === "table") idsOfTable.add(id);
      if (seen.has(`${form} ${id}`)) repeated.add(id);
      seen.add(`${form} ${id}`);
      ids.add(id);
    }
  }
  return { ids, repeated: [...repeated] };
}

/** The citations of rules that the protocol does not define, as `file:line id`. */
export function danglingCitations(protocol: string, files: readonly TextFile[]): string[] {
  const { ids } = definitionsIn(protocol);
  return files.flatMap(citationsIn).flatMap(({ file, line, id }) => (ids.has(id) ? [] : [`${file}:${line} ${id}`]));
}
