/** The connector's latest report of itself (UP10), in a row of its own: it is for operators, and no frame waits for it. */
import { UplinkReport } from "@pbxis/shared";

const schema = "CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL)";

export class ReportStore {
  readonly #sql: SqlStorage;
  #latest: UplinkReport | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(schema);
    const [row] = sql.exec<{ body: string }>("SELECT body FROM report").toArray();
    // One that an older version wrote and this one cannot read is as good as none: the next one comes.
    if (row) this.#latest = UplinkReport.safeParse(JSON.parse(row.body)).data ?? null;
  }

  put(report: UplinkReport): void {
    this.#sql.exec("INSERT OR REPLACE INTO report VALUES (1, ?)", JSON.stringify(report));
    this.#latest = report;
  }

  latest(): UplinkReport | null {
    return this.#latest;
  }
}
