/**
 * The Site object's tables, in sets that are created and replaced together. A set's version is that of all its rows.
 *
 * | a build finds tables                               | and                                              |
 * |----------------------------------------------------|--------------------------------------------------|
 * | of its own version                                 | uses them                                        |
 * | of an older version that the set can upgrade       | upgrades them, version by version                |
 * | of an older version otherwise, or of other columns | drops them and creates them again (ADR 9)        |
 * | of a newer version                                 | serves nothing of the site (ADR 40, all-tables)  |
 *
 * Tables must be opened before any table is read: SQLite drops no table while a statement is open, and a generator that
 * is left early keeps one open.
 */
import { type Unreadable, unreadable } from "../stored.ts";

/**
 * `version` is to be raised with each change of the columns or of their contents. `columns` is by table name; `indexes`
 * are statements. `upgrades`: by the version that it starts from, what makes the tables those of the next version.
 */
export type TableSet = Readonly<{
  name: "log" | "routes" | "commands" | "report" | "statistics" | "calls" | "revocations" | "webhooks";
  version: number;
  columns: Readonly<Record<string, string>>;
  /** Tables whose primary key is their only index, so that a write is one row. */
  withoutRowid?: readonly string[];
  indexes?: readonly string[];
  upgrades?: Readonly<Record<number, (sql: SqlStorage) => void>>;
}>;

const versionTable = "CREATE TABLE IF NOT EXISTS stored_version (name TEXT PRIMARY KEY, version INTEGER NOT NULL)";
/** The version of tables from before versions were recorded. */
const unrecordedVersion = 1;

/**
 * Makes sure that the tables of `set` exist as this build reads them. Returns null if they did or are new, otherwise
 * what was replaced. `beforeDrop` can still read the old tables, which are of `version`.
 */
export function openTables(
  sql: SqlStorage,
  set: TableSet,
  beforeDrop: (version: number) => void = () => {},
): Unreadable | null {
  sql.exec(versionTable);
  const [row] = sql.exec<{ version: number }>("SELECT version FROM stored_version WHERE name = ?", set.name).toArray();
  const before = findTables(sql, set);
  const version = upgrade(sql, set, row?.version ?? (before.size > 0 ? unrecordedVersion : set.version));
  const found = findTables(sql, set);
  const wanted = new Map(Object.keys(set.columns).map((table) => [table, normal(creation(set, table))]));
  const changed = [...wanted].filter(([table, statement]) => found.get(table) !== statement).map(([table]) => table);
  const isReadable = version === set.version && changed.length === 0;
  const isNew = found.size === 0 && row === undefined;
  if (!isReadable && !isNew) {
    beforeDrop(version);
    for (const table of found.keys()) sql.exec(`DROP TABLE ${table}`);
  }
  if (!isReadable) for (const table of wanted.keys()) sql.exec(creation(set, table));
  for (const index of set.indexes ?? []) sql.exec(index);
  if (row?.version !== set.version)
    sql.exec("INSERT OR REPLACE INTO stored_version VALUES (?, ?)", set.name, set.version);
  if (isReadable || isNew) return null;
  const because =
    version === set.version
      ? `tables that this build does not create like that: ${changed.join(", ")}`
      : `this build reads version ${set.version} only`;
  return unreadable(because, version);
}

/** The versions of `sets` that only a newer build can have written. Creates and changes nothing. */
export function findNewer(sql: SqlStorage, sets: readonly TableSet[]): Readonly<{ name: string; version: number }>[] {
  const known = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'stored_version'").toArray();
  if (known.length === 0) return [];
  const own = new Map<string, number>(sets.map(({ name, version }) => [name, version]));
  return sql
    .exec<{ name: string; version: number }>("SELECT name, version FROM stored_version")
    .toArray()
    .filter(({ name, version }) => version > (own.get(name) ?? version));
}

/** Returns the version that the tables have afterwards. */
function upgrade(sql: SqlStorage, set: TableSet, from: number): number {
  let version = from;
  for (; version < set.version; version++) {
    const step = set.upgrades?.[version];
    if (!step) break;
    step(sql);
  }
  return version;
}

/**
 * The rows of a table of another build, in these columns, for `beforeDrop`. None if the table does not have all of
 * them.
 */
export function salvage(sql: SqlStorage, table: string, columns: readonly string[]): Record<string, SqlStorageValue>[] {
  const rows = sql.exec<{ name: string }>("SELECT name FROM pragma_table_info(?)", table).toArray();
  const names = new Set(rows.map(({ name }) => name));
  if (!columns.every((column) => names.has(column))) return [];
  return sql.exec(`SELECT ${columns.join(", ")} FROM ${table}`).toArray();
}

/** The set's tables that exist, with the statement that created each. */
function findTables(sql: SqlStorage, set: TableSet): Map<string, string> {
  const rows = sql
    .exec<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    .toArray();
  return new Map(rows.filter(({ name }) => Object.hasOwn(set.columns, name)).map((row) => [row.name, normal(row.sql)]));
}

function creation(set: TableSet, table: string): string {
  return `CREATE TABLE ${table} (${set.columns[table]})${set.withoutRowid?.includes(table) ? " WITHOUT ROWID" : ""}`;
}

function normal(statement: string): string {
  return statement.replaceAll(/\s+/g, " ").replaceAll("( ", "(").replaceAll(" )", ")").trim();
}
