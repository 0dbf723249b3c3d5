/**
 * The site's commands in SQLite: one row each, written before it is sent and again when it has ended, kept for 24 h (CM12). What it
 * says after an eviction is what was so before.
 */
import { Outcome, Reach, SiteCommand } from "@pbxis/shared";
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
const StoredReach = json.pipe(Reach);
const StoredCommand = json.pipe(SiteCommand);
const StoredOutcome = json.pipe(Outcome);

export class Ledger {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(schema);
  }

  byId(id: string): Entry | null {
    return this.#one(`SELECT ${columns} FROM command WHERE id = ?`, id);
  }

  byKey(key: string): Entry | null {
    return this.#one(`SELECT ${columns} FROM command WHERE key = ?`, key);
  }

  open(): Entry[] {
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

  #one(query: string, value: string): Entry | null {
    const [row] = this.#sql.exec<Row>(query, value).toArray();
    return row ? entryOf(row) : null;
  }
}

function entryOf(row: Row): Entry {
  return {
    id: row.id,
    key: row.key,
    epoch: row.epoch,
    deadlineAt: row.deadline,
    giveUpAt: row.give_up,
    reach: StoredReach.parse(row.reach),
    command: StoredCommand.parse(row.command),
    outcome: row.outcome === null ? null : StoredOutcome.parse(row.outcome),
  };
}
