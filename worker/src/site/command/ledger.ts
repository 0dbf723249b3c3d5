/**
 * The site's commands in SQLite: one row each, written before it is sent and again when it has ended, kept for 24 h (CM12). What it
 * says after an eviction is what was so before.
 */
import { Outcome, outcomeUnknown, Reach, SiteCommand } from "@pbxis/shared";
import * as z from "zod";

const schema = `
  CREATE TABLE IF NOT EXISTS command (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT UNIQUE, epoch TEXT NOT NULL, created INTEGER NOT NULL,
    deadline INTEGER NOT NULL, give_up INTEGER NOT NULL, reach TEXT NOT NULL, command TEXT NOT NULL, outcome TEXT
  );
  CREATE INDEX IF NOT EXISTS command_created ON command (created);
  CREATE INDEX IF NOT EXISTS command_open ON command (id) WHERE outcome IS NULL;
`;

/**
 * A command that was sent to the connector of that `epoch`. Times in ms: `deadlineAt` it must not be started after; from `giveUpAt` on its
 * outcome is unknown.
 */
export type Entry = Readonly<{
  id: string;
  key: string | null;
  epoch: string;
  deadlineAt: number;
  giveUpAt: number;
  reach: Reach;
  command: SiteCommand;
  outcome: Outcome | null;
}>;

/**
 * A row that another version of this worker wrote and this one cannot read. Nobody can tell what became of it, so it has ended as unknown
 * for whoever asks, and its key stays used (CM12).
 */
export type Unreadable = Readonly<{ id: string; command: null; outcome: Outcome }>;

type Row = {
  id: string;
  key: string | null;
  epoch: string;
  deadline: number;
  give_up: number;
  reach: string;
  command: string;
  outcome: string | null;
};

const columns = "id, key, epoch, deadline, give_up, reach, command, outcome";
const json = z.string().transform((text): unknown => JSON.parse(text));
const Stored = z.object({
  reach: json.pipe(Reach),
  command: json.pipe(SiteCommand),
  outcome: json.pipe(Outcome).nullable(),
});

export class Ledger {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(schema);
  }

  byId(id: string): Entry | Unreadable | null {
    return this.#one(`SELECT ${columns} FROM command WHERE id = ?`, id);
  }

  byKey(key: string): Entry | Unreadable | null {
    return this.#one(`SELECT ${columns} FROM command WHERE key = ?`, key);
  }

  open(): (Entry | Unreadable)[] {
    return [...this.#sql.exec<Row>(`SELECT ${columns} FROM command WHERE outcome IS NULL ORDER BY seq`)].map(entryOf);
  }

  /** How many rows there are; rows go from the oldest end only. */
  size(): number {
    const row = this.#sql
      .exec<{ size: number }>("SELECT coalesce(max(seq) - min(seq) + 1, 0) AS size FROM command")
      .one();
    return row.size;
  }

  add(entry: Entry, now: number): void {
    const { id, key, epoch, deadlineAt, giveUpAt, reach, command } = entry;
    this.#sql.exec(
      "INSERT INTO command (id, key, epoch, created, deadline, give_up, reach, command) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ...[id, key, epoch, now, deadlineAt, giveUpAt, JSON.stringify(reach), JSON.stringify(command)],
    );
  }

  end(id: string, outcome: Outcome): void {
    this.#sql.exec("UPDATE command SET outcome = ? WHERE id = ?", JSON.stringify(outcome), id);
  }

  giveUp(id: string, at: number): void {
    this.#sql.exec("UPDATE command SET give_up = ? WHERE id = ?", at, id);
  }

  /** Forgets what was taken before `created` and has ended. */
  forget(created: number): void {
    this.#sql.exec("DELETE FROM command WHERE created < ? AND outcome IS NOT NULL", created);
  }

  #one(query: string, value: string): Entry | Unreadable | null {
    const [row] = this.#sql.exec<Row>(query, value).toArray();
    return row ? entryOf(row) : null;
  }
}

function entryOf(row: Row): Entry | Unreadable {
  const { id, key, epoch, deadline: deadlineAt, give_up: giveUpAt } = row;
  const stored = Stored.safeParse(row);
  if (stored.success) return { id, key, epoch, deadlineAt, giveUpAt, ...stored.data };
  const outcome = outcomeUnknown(
    "this command was taken by another version of the worker; it may have been carried out",
  );
  return { id, command: null, outcome };
}
