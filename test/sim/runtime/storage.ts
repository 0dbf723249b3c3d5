/** One object's storage, which survives its activations: SQLite in memory, keys and values, and the alarm. */
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

export class Sql {
  readonly #database = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();
  /** Called before the site starts a new epoch, so that the log of the old one can still be read. */
  beforeNewEpoch: () => void = () => {};

  exec(query: string, ...values: Value[]): Cursor {
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
        values.set(key, structuredClone(value));
      },
      delete: (key: string) => {
        assertAlive();
        return values.delete(key);
      },
    },
    getAlarm: async () => alarm.get(),
    setAlarm: async (at: number) => {
      assertAlive();
      alarm.set(at);
    },
    deleteAlarm: async () => {
      assertAlive();
      alarm.delete();
    },
    deleteAll: async () => {
      assertAlive();
      values.clear();
      alarm.delete();
    },
  };
}
