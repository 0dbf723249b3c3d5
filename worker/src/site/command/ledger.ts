/**
 * The site's commands in SQLite, one row each: written before the command is sent, again when it has ended, and kept
 * for 24 hours (CM12). The ledger gives the same answers before and after an eviction.
 *
 * It has room for `maxRows`. When it is full, commands that have ended are forgotten early: those without a key first,
 * then the oldest of the subject that has the most. So no client can fill it, and one that tries loses its own.
 */
import type { Outcome } from "@pbxis/shared";
import * as z from "zod";
import { logUnreadable } from "../../stored.ts";
import type { CallerNumber } from "../erasure/number.ts";
import { openTables, salvage, type TableSet } from "../tables.ts";
import {
  type ErasableRow,
  entryOf,
  erasedRow,
  type LedgerEntry,
  ledgerVersion,
  ofAnotherBuild,
  type Row,
  type UnreadableEntry,
} from "./ledger-row.ts";

export const ledgerTables: TableSet = {
  name: "commands",
  version: ledgerVersion,
  columns: {
    // `key` begins with the subject: keys are unique within one.
    command: `
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, key TEXT UNIQUE, epoch TEXT NOT NULL,
      created INTEGER NOT NULL, deadline INTEGER NOT NULL, give_up INTEGER NOT NULL, reach TEXT NOT NULL,
      command TEXT NOT NULL, outcome TEXT`,
  },
  indexes: [
    "CREATE INDEX IF NOT EXISTS command_created ON command (created)",
    "CREATE INDEX IF NOT EXISTS command_open ON command (id) WHERE outcome IS NULL",
  ],
};

/** In version 1 a key was one for the whole site, so it stays used for every subject. */
const siteWideKeys = 1;
const anySubject = "*";

/** Rows, of about a kilobyte each. */
const maxRows = 100_000;
/** Rows that are deleted at once when the ledger is full: finding them reads all rows. */
const roomAtOnce = 1_000;

const columns = "id, subject, epoch, deadline, give_up, reach, command, outcome";

/** What to keep of a ledger of another build, so that no command is carried out twice. */
const KeptKey = z.object({ id: z.string(), key: z.string().nullable(), created: z.number() });
type KeptKey = z.infer<typeof KeptKey>;

export class Ledger {
  readonly #sql: SqlStorage;
  readonly #maxRows: number;
  /** How many rows there are; null until it is needed, because counting reads all of them. */
  #size: number | null = null;
  /** When the oldest command was accepted (ms), null if there is none; undefined if that must be looked up. */
  #oldestAt: number | null | undefined;

  /** `site` names it in the worker's log. */
  constructor(sql: SqlStorage, site: string, max = maxRows) {
    this.#sql = sql;
    this.#maxRows = max;
    let kept: readonly KeptKey[] = [];
    const replaced = openTables(sql, ledgerTables, (version) => {
      const rows = salvage(sql, "command", ["id", "key", "created"]).flatMap(
        (row) => KeptKey.safeParse(row).data ?? [],
      );
      kept =
        version > siteWideKeys ? rows : rows.map((row) => ({ ...row, key: row.key && keyOf(anySubject, row.key) }));
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

  byKey(subject: string, key: string): LedgerEntry | UnreadableEntry | null {
    return this.#one(`SELECT ${columns} FROM command WHERE key IN (?, ?)`, keyOf(subject, key), keyOf(anySubject, key));
  }

  open(): (LedgerEntry | UnreadableEntry)[] {
    return [...this.#sql.exec<Row>(`SELECT ${columns} FROM command WHERE outcome IS NULL ORDER BY seq`)].map(entryOf);
  }

  size(): number {
    this.#size ??= this.#sql.exec<{ size: number }>("SELECT count(*) AS size FROM command").one().size;
    return this.#size;
  }

  oldestAt(): number | null {
    if (this.#oldestAt === undefined)
      this.#oldestAt = this.#sql.exec<{ at: number | null }>("SELECT min(created) AS at FROM command").one().at;
    return this.#oldestAt;
  }

  /** How many commands of each subject were accepted later than `since` (ms). */
  acceptedSince(since: number): ReadonlyMap<string, number> {
    const query = "SELECT subject, count(*) AS taken FROM command WHERE created > ? GROUP BY subject";
    const rows = this.#sql.exec<{ subject: string; taken: number }>(query, since);
    return new Map([...rows].map(({ subject, taken }) => [subject, taken]));
  }

  /** Makes room first if the ledger is full. */
  add(entry: LedgerEntry, key: string | null, now: number): void {
    const { id, subject, epoch, deadlineAt, giveUpAt, reach, command } = entry;
    if (this.#isFull()) this.#makeRoom();
    const storedKey = key === null ? null : keyOf(subject, key);
    this.#sql.exec(
      `INSERT INTO command (id, subject, key, epoch, created, deadline, give_up, reach, command)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, subject, storedKey, epoch, now, deadlineAt, giveUpAt, JSON.stringify(reach), JSON.stringify(command)],
    );
    if (this.#size !== null) this.#size += 1;
    if (this.#oldestAt === null) this.#oldestAt = now;
  }

  #isFull(): boolean {
    const query = "SELECT coalesce(max(seq) - min(seq) + 1, 0) AS span FROM command";
    return this.#sql.exec<{ span: number }>(query).one().span >= this.#maxRows && this.size() >= this.#maxRows;
  }

  /** Commands under way are never deleted; the site has fewer of them than the ledger has rows. */
  #makeRoom(): void {
    const most = Math.min(roomAtOnce, Math.ceil(this.#maxRows / 10));
    const withoutKey = "SELECT seq FROM command WHERE key IS NULL AND outcome IS NOT NULL ORDER BY seq LIMIT ?";
    if (this.#delete(`seq IN (${withoutKey})`, most) > 0) return;
    const query = `
      SELECT subject, count(*) AS held FROM command WHERE outcome IS NOT NULL
      GROUP BY subject ORDER BY held DESC LIMIT 1`;
    const [largest] = this.#sql.exec<{ subject: string; held: number }>(query).toArray();
    if (!largest) return;
    const oldest = "SELECT seq FROM command WHERE subject = ? AND outcome IS NOT NULL ORDER BY seq LIMIT ?";
    this.#delete(`seq IN (${oldest})`, largest.subject, Math.min(most, Math.ceil(largest.held / 2)));
  }

  /** A command of which only id and key are known. */
  #addKey({ id, key, created }: KeptKey): void {
    this.#sql.exec(
      `INSERT INTO command (id, subject, key, epoch, created, deadline, give_up, reach, command, outcome)
       VALUES (?, ?, ?, '', ?, 0, 0, '', '', ?)`,
      ...[id, anySubject, key, created, JSON.stringify(ofAnotherBuild)],
    );
  }

  end(id: string, outcome: Outcome): void {
    this.#sql.exec("UPDATE command SET outcome = ? WHERE id = ?", JSON.stringify(outcome), id);
  }

  giveUp(id: string, at: number): void {
    this.#sql.exec("UPDATE command SET give_up = ? WHERE id = ?", at, id);
  }

  /**
   * Takes a number out of all commands and outcomes. Of a command that has it only the outcome is left, and its key
   * stays used. Returns how many had it.
   */
  erase(number: CallerNumber): number {
    const query = `
      SELECT id, command, outcome FROM command
      WHERE instr(command, ?) > 0 OR instr(coalesce(outcome, ''), ?) > 0`;
    let count = 0;
    for (const row of this.#sql.exec<ErasableRow>(query, number.needle, number.needle).toArray()) {
      const erased = erasedRow(row, number);
      if (!erased) continue;
      this.#sql.exec(
        "UPDATE command SET command = ?, outcome = ? WHERE id = ?",
        erased.command,
        erased.outcome,
        row.id,
      );
      count += 1;
    }
    return count;
  }

  /** Deletes commands that were accepted before `created` (ms) and have ended. */
  deleteEnded(created: number): void {
    const oldestAt = this.oldestAt();
    if (oldestAt !== null && oldestAt < created) this.#delete("created < ? AND outcome IS NOT NULL", created);
  }

  /** Returns how many rows are gone. */
  #delete(condition: string, ...values: (string | number)[]): number {
    const gone = this.#sql.exec(`DELETE FROM command WHERE ${condition} RETURNING seq`, ...values).toArray().length;
    if (this.#size !== null) this.#size -= gone;
    this.#oldestAt = undefined;
    return gone;
  }

  #one(query: string, ...values: string[]): LedgerEntry | UnreadableEntry | null {
    const [row] = this.#sql.exec<Row>(query, ...values).toArray();
    return row ? entryOf(row) : null;
  }
}

function keyOf(subject: string, key: string): string {
  return `${subject} ${key}`;
}
