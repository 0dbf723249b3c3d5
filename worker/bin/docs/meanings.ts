/**
 * What PROTOCOL.md says of fields, for the pages: JSON Schema has their types, not what they mean. A section's tables of
 * fields are about the schemas of the section's examples, such as `<!-- schema: SiteStatus -->`, or the `type` that an
 * example has. Pure.
 */
import { type Html, html } from "./html.ts";

/** `unit` is empty where the protocol names none. */
export type Meaning = Readonly<{ text: Html; unit: string }>;
/** By a schema's name or a form's `type`, then by field: `connector.online`. */
export type Meanings = ReadonlyMap<string, ReadonlyMap<string, Meaning>>;

const tableHead = /^\| (?:.*?`([\w.]+)` )?(?:[a-z]+ )*field(?: [a-z ]+)? \| type \| meaning \|$/;
const example = /^\s*<!-- schema: (\w+) -->\n\s*```json\n\s*\{\s*(?:"type": "(\w+)")?/gm;

export function meaningsIn(protocol: string): Meanings {
  const meanings = new Map<string, Map<string, Meaning>>();
  for (const section of protocol.split(/^#{2,3} /m)) {
    const targets = [...section.matchAll(example)].map(([, schema = "", type]) => type ?? schema);
    for (const { about, rows } of tablesIn(section)) {
      const isTarget = about !== undefined && targets.includes(about);
      const before = about === undefined || isTarget ? "" : `${about}.`;
      for (const target of isTarget ? [about] : targets) addRows(meanings, target, rows, before);
    }
  }
  return meanings;
}

type Table = Readonly<{ about: string | undefined; rows: readonly (readonly string[])[] }>;

function tablesIn(section: string): Table[] {
  const lines = section.split("\n");
  return lines.flatMap((line, index) => {
    const head = tableHead.exec(line);
    if (!head) return [];
    const below = lines.slice(index + 2);
    const end = below.findIndex((row) => !row.startsWith("|"));
    return [{ about: head[1], rows: below.slice(0, end < 0 ? undefined : end).map(cellsOf) }];
  });
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function addRows(
  meanings: Map<string, Map<string, Meaning>>,
  target: string,
  rows: Table["rows"],
  before: string,
): void {
  const fields = meanings.get(target) ?? new Map<string, Meaning>();
  meanings.set(target, fields);
  for (const [names = "", type = "", text = ""] of rows)
    for (const [, name = ""] of names.matchAll(/`([\w.-]+)`/g)) {
      const unit = /^(?:ms|s|%)(?= |,|$)/.exec(type)?.[0] ?? "";
      if (!fields.has(before + name)) fields.set(before + name, { text: textOf(text), unit });
    }
}

/** Of the Markdown only code is kept; links lead to other documents. */
function textOf(markdown: string): Html {
  const plain = markdown.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll("**", "");
  return html`${plain.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;
}
