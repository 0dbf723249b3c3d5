/**
 * The connector's latest report of itself (UP10). It has a row of its own, because it is for operators and no frame
 * waits for it.
 */
import { UplinkReport } from "@pbxis/shared";
import { logUnreadable, readValue } from "../stored.ts";
import { openTables, type TableSet } from "./tables.ts";

export const reportTables: TableSet = {
  name: "report",
  version: 1,
  columns: { report: "id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL" },
};
/** The connector sends its report again on each connection. */
const action = "the next report takes its place";

export class ReportStore {
  readonly #sql: SqlStorage;
  #latest: UplinkReport | null = null;

  /** `site` names it in the worker's log. */
  constructor(sql: SqlStorage, site: string) {
    this.#sql = sql;
    const place = { object: site, store: "report" };
    const replaced = openTables(sql, reportTables);
    if (replaced) logUnreadable(place, replaced, action);
    const [row] = sql.exec<{ body: string }>("SELECT body FROM report").toArray();
    if (!row) return;
    const report = readValue(UplinkReport, reportTables.version, row.body);
    if (report.ok) this.#latest = report.value;
    else logUnreadable(place, report, action);
  }

  put(report: UplinkReport): void {
    this.#sql.exec("INSERT OR REPLACE INTO report VALUES (1, ?)", JSON.stringify(report));
    this.#latest = report;
  }

  latest(): UplinkReport | null {
    return this.#latest;
  }
}
