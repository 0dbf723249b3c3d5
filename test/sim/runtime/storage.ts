/**
 * One object's storage, which survives its activations: SQLite in memory, keys and values, and the alarm. While it is
 * full, nothing can be added, but everything can be read and deleted.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";

type Value = string | number | null | Uint8Array;
type Row = Record<string, Value>;

class Cursor {
  readonly #rows: readonly Row[];
  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }
  toArray(): Row[] {
    return [...this.#rows];
  }
  one(): Row {
    const [row] = this.#rows;
    if (!row || this.#rows.length > 1) throw new Error(`expected one row, got ${this.#rows.length}`);
    return row;
  }
  [Symbol.iterator](): Iterator<Row> {
    return this.#rows[Symbol.iterator]();
  }
}

/** `failures`: percentage of writes that fail, in all objects. */
export type WriteFaults = { failures: number };

const full = "database or disk is full: SQLITE_FULL";
const failed = "disk I/O error: SQLITE_IOERR";

/** Whether the simulation made a write fail. */
export function isStorageError(error: Error): boolean {
  return error.message === full || error.message === failed;
}

export class Sql {
  isFull = false;
  readonly #faults: WriteFaults;
  readonly #chance: () => number;
  readonly #database = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();
  /** Called before the site starts a new epoch, so that the log of the old one can still be read. */
  beforeNewEpoch: () => void = () => {};

  constructor(faults: WriteFaults, chance: () => number) {
    this.#faults = faults;
    this.#chance = chance;
  }

  /** @throws if a write fails at this moment. */
  assertWritable(how: "adds" | "deletes"): void {
    if (this.isFull && how === "adds") throw new Error(full);
    if (this.#faults.failures > 0 && this.#chance() * 100 < this.#faults.failures) throw new Error(failed);
  }

  exec(query: string, ...values: Value[]): Cursor {
    if (this.isFull || this.#faults.failures > 0) this.#assertExecutable(query);
    // Only schemas consist of several statements; they return no rows.
    if (values.length === 0 && /;\s*\S/.test(query)) {
      this.#database.exec(query);
      return new Cursor([]);
    }
    if (query.startsWith("DELETE FROM log WHERE at <")) this.beforeNewEpoch();
    let statement = this.#statements.get(query);
    if (!statement) {
      statement = this.#database.prepare(query);
      this.#statements.set(query, statement);
    }
    return new Cursor(statement.all(...values) as Row[]);
  }

  /** A table or index that exists already is not written. */
  #assertExecutable(query: string): void {
    const [verb] = query.trimStart().split(/\s/, 1);
    if (verb === "SELECT" || /^CREATE \w+ IF NOT EXISTS/.test(query)) return;
    this.assertWritable(verb === "DELETE" || verb === "DROP" ? "deletes" : "adds");
  }

  transact<Result>(run: () => Result): Result {
    this.#database.exec("BEGIN");
    try {
      const result = run();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

export type Alarm = Readonly<{ get: () => number | null; set: (at: number) => void; delete: () => void }>;

/** `ctx.storage` of one activation. Writes throw after the activation has ended. */
export function createStorage(sql: Sql, values: Map<string, unknown>, alarm: Alarm, assertAlive: () => void) {
  return {
    sql: {
      exec: (query: string, ...given: Value[]) => {
        assertAlive();
        return sql.exec(query, ...given);
      },
    },
    transactionSync: <Result>(run: () => Result): Result => {
      assertAlive();
      return sql.transact(run);
    },
    kv: {
      get: (key: string) => structuredClone(values.get(key)),
      put: (key: string, value: unknown) => {
        assertAlive();
        sql.assertWritable("adds");
        values.set(key, structuredClone(value));
      },
      delete: (key: string) => {
        assertAlive();
        sql.assertWritable("deletes");
        return values.delete(key);
      },
    },
    getAlarm: async () => alarm.get(),
    setAlarm: async (at: number) => {
      assertAlive();
      sql.assertWritable("adds");
      alarm.set(at);
    },
    deleteAlarm: async () => {
      assertAlive();
      sql.assertWritable("deletes");
      alarm.delete();
    },
    deleteAll: async () => {
      assertAlive();
      sql.assertWritable("deletes");
      values.clear();
      alarm.delete();
    },
  };
}
