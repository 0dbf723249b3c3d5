/** Every set of the Site object's tables, and the refusal of those that a newer build has written (ADR 40). */
import { logError } from "../log.ts";
import { callTables } from "./calls/call-rows.ts";
import { ledgerTables } from "./command/ledger.ts";
import { routeTables } from "./delivery/route-store.ts";
import { logTables } from "./log/log.ts";
import { newerBuildText } from "./newer-build.ts";
import { reportTables } from "./report-store.ts";
import { revocationTables } from "./revocation-store.ts";
import { statisticsTables } from "./statistics/statistics-store.ts";
import { findNewer, type TableSet } from "./tables.ts";
import { webhookTables } from "./webhooks/webhook-store.ts";

const allTables: Readonly<Record<TableSet["name"], TableSet>> = {
  log: logTables,
  routes: routeTables,
  commands: ledgerTables,
  report: reportTables,
  statistics: statisticsTables,
  calls: callTables,
  revocations: revocationTables,
  webhooks: webhookTables,
};

/** The sites whose refusal this isolate has logged. The object is constructed again for each request. */
const logged = new Set<string>();

/**
 * To be called before any table is opened. Nothing has been read or written when it throws.
 *
 * @throws Error if a newer build has written any of the tables: this one must not touch them.
 */
export function refuseNewerTables(sql: SqlStorage, site: string): void {
  const newer = findNewer(sql, Object.values(allTables));
  if (newer.length === 0) return;
  const tables = newer.map(({ name, version }) => `${name} ${version}`).join(", ");
  if (!logged.has(site)) {
    logged.add(site);
    const action = "the site is not served, and its storage stays as it is: deploy the newer build again";
    logError("stored data was written by a newer build", { site, tables, action });
  }
  throw new Error(`${newerBuildText}: ${tables}`);
}
