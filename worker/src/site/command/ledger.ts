/**
 * The site's commands in SQLite, one row each: written before the command is sent, again when it has ended, and kept
 * for 24 hours (CM12). The ledger gives the same answers before and after an eviction.
 */
import { Outcome, outcomeUnknown, Reach, SiteCommand } from "@pbxis/shared";
import * as z from "zod";
import { logUnreadable, type ReadBack, readValue, type Unreadable } from "../../stored.ts";
import { openTables, salvage, type TableSet } from "../tables.ts";

const ledgerTables: TableSet = {
  name: "commands",
  version: 1,
  columns: {
    command: `
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT UNIQUE, epoch TEXT NOT NULL, created INTEGER NOT NULL,
      deadline INTEGER NOT NULL, give_up INTEGER NOT NULL, reach TEXT NOT NULL, command TEXT NOT NULL, outcome TEXT`,
  },
  indexes: [
    "CREATE INDEX IF NOT EXISTS command_created ON command (created)",
    "CREATE INDEX IF NOT EXISTS command_open ON command (id) WHERE outcome IS NULL",
  ],
};

/**
 * A command that was sent to the connector of that `epoch`. Times are in ms: after `deadlineAt` the connector must not
 * start it; from `giveUpAt` on its outcome is unknown.
 */
export type LedgerEntry = Readonly<{
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
 * A row that this build cannot read. What became of the command cannot be known, so it has ended as unknown for
 * everyone who asks, and its key stays used (CM12).
 */
export type UnreadableEntry = Readonly<{ id: string; command: null; outcome: Outcome; problem: Unreadable }>;

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

const ofAnotherBuild = outcomeUnknown(
  "this command was taken by another version of the worker; it may have been carried out",
);

/** What to keep of a ledger of another build, so that no command is carried out twice. */
const KeptKey = z.object({ id: z.string(), key: z.string().nullable(), created: z.number() });
type KeptKey = z.infer<typeof KeptKey>;

export class Ledger {
  readonly #sql: SqlStorage;

  /** `site` names it in the worker's log. */
  constructor(sql: SqlStorage, site: string) {
    this.#sql = sql;
    let kept: readonly KeptKey[] = [];
    const replaced = openTables(sql, ledgerTables, () => {
      kept = salvage(sql, "command", ["id", "key", "created"]).flatMap((row) => KeptKey.safeParse(row).data ?? []);
    });
    if (!replaced) return;
    logUnreadable(
      { object: site, store: "commands" },
      replaced,
      `${kept.length} commands count as unknown, their keys as used`,
    );
    for (const one of kept.toSorted((one, other) => one.created - other.created)) this.#addKey(one);
  }

  byId(id: string): LedgerEntry | UnreadableEntry | null {
    return this.#one(`SELECT ${columns} FROM command WHERE id = ?`, id);
  }

  byKey(key: string): LedgerEntry | UnreadableEntry | null {
    return this.#one(`SELECT ${columns} FROM command WHERE key = ?`, key);
  }

  open(): (LedgerEntry | UnreadableEntry)[] {
    return [...this.#sql.exec<Row>(`SELECT ${columns} FROM command WHERE outcome IS NULL ORDER BY seq`)].map(entryOf);
  }

  /** How many rows there are. Only the oldest rows are ever deleted. */
  size(): number {
    const row = this.#sql
      .exec<{ size: number }>("SELECT coalesce(max(seq) - min(seq) + 1, 0) AS size FROM command")
      .one();
    return row.size;
  }

  add(entry: LedgerEntry, now: number): void {
    const { id, key, epoch, deadlineAt, giveUpAt, reach, command } = entry;
    this.#sql.exec(
      `INSERT INTO command (id, key, epoch, created, deadline, give_up, reach, command)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, key, epoch, now, deadlineAt, giveUpAt, JSON.stringify(reach), JSON.stringify(command)],
    );
  }

  /** A command of which only id and key are known. */
  #addKey({ id, key, created }: KeptKey): void {
    this.#sql.exec(
      `INSERT INTO command (id, key, epoch, created, deadline, give_up, reach, command, outcome)
       VALUES (?, ?, '', ?, 0, 0, '', '', ?)`,
      ...[id, key, created, JSON.stringify(ofAnotherBuild)],
    );
  }

  end(id: string, outcome: Outcome): void {
    this.#sql.exec("UPDATE command SET outcome = ? WHERE id = ?", JSON.stringify(outcome), id);
  }

  giveUp(id: string, at: number): void {
    this.#sql.exec("UPDATE command SET give_up = ? WHERE id = ?", at, id);
  }

  /** Deletes commands that were accepted before `created` (ms) and have ended. */
  deleteEnded(created: number): void {
    this.#sql.exec("DELETE FROM command WHERE created < ? AND outcome IS NOT NULL", created);
  }

  #one(query: string, value: string): LedgerEntry | UnreadableEntry | null {
    const [row] = this.#sql.exec<Row>(query, value).toArray();
    return row ? entryOf(row) : null;
  }
}

function entryOf(row: Row): LedgerEntry | UnreadableEntry {
  const { id, key, epoch, deadline: deadlineAt, give_up: giveUpAt } = row;
  const reach = readColumn(Reach, row.reach);
  if (!reach.ok) return unreadableEntry(id, reach);
  const command = readColumn(SiteCommand, row.command);
  if (!command.ok) return unreadableEntry(id, command);
  const outcome = row.outcome === null ? null : readColumn(Outcome, row.outcome);
  if (outcome && !outcome.ok) return unreadableEntry(id, outcome);
  return {
    id,
    key,
    epoch,
    deadlineAt,
    giveUpAt,
    reach: reach.value,
    command: command.value,
    outcome: outcome?.value ?? null,
  };
}

function unreadableEntry(id: string, problem: Unreadable): UnreadableEntry {
  return { id, command: null, outcome: ofAnotherBuild, problem };
}

function readColumn<Value>(schema: z.ZodType<Value>, text: string): ReadBack<Value> {
  return readValue(schema, ledgerTables.version, text);
}
