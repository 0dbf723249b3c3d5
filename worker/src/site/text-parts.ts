/** One text in several rows of a table with the columns `part` and `body`, because a row has a limit of 2 MB. */

/** A row stays below the platform's limit, even if every unit takes three bytes. */
const partUnits = 250_000;

export const partColumns = "part INTEGER PRIMARY KEY, body TEXT NOT NULL";

/** Null if there is none. */
export function readParts(sql: SqlStorage, table: string): string | null {
  const rows = sql.exec<{ body: string }>(`SELECT body FROM ${table} ORDER BY part`).toArray();
  return rows.length === 0 ? null : rows.map(({ body }) => body).join("");
}

export function writeParts(sql: SqlStorage, table: string, text: string): void {
  let part = 0;
  for (let from = 0; from < text.length; from += partUnits)
    sql.exec(`INSERT OR REPLACE INTO ${table} VALUES (?, ?)`, part++, text.slice(from, from + partUnits));
  sql.exec(`DELETE FROM ${table} WHERE part >= ?`, part);
}
