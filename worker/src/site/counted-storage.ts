/** Counts the rows that are written to SQLite: they are most of what the platform bills for a site. */

export type RowStorage = Pick<DurableObjectStorage, "sql" | "transactionSync">;

/** `storage`, which calls `onWritten` after each statement that has written rows. */
export function countRows(storage: RowStorage, onWritten: (rows: number) => void): RowStorage {
  const exec = <Row extends Record<string, SqlStorageValue>>(query: string, ...values: SqlStorageValue[]) => {
    const cursor = storage.sql.exec<Row>(query, ...values);
    if (cursor.rowsWritten > 0) onWritten(cursor.rowsWritten);
    return cursor;
  };
  const sql = new Proxy(storage.sql, { get: (all, name) => (name === "exec" ? exec : Reflect.get(all, name)) });
  return { sql, transactionSync: (run) => storage.transactionSync(run) };
}
