/** Reads a site's storage from outside. */
import { newestKept } from "../../worker/src/site/log/log-plan.ts";
import type { SiteReader } from "./history.ts";
import type { Runtime } from "./runtime/runtime.ts";

export function siteReader(runtime: Runtime, site: string): SiteReader {
  return {
    epoch: () => {
      const [row] = siteRows(runtime, site, newestKept);
      return row ? JSON.parse(String(row.kept)).site.epoch : null;
    },
    // Rows below the floor belong to an older epoch.
    rowsAfter: (sequence) =>
      siteRows(
        runtime,
        site,
        `SELECT first, last, at, body FROM log WHERE last > max(?, (SELECT kept ->> '$.site.floor' FROM (${newestKept}))) ORDER BY first`,
        sequence,
      ) as never,
  };
}

export function siteRows(runtime: Runtime, site: string, query: string, ...values: number[]) {
  return runtime.find("SITE", site)?.query(query, ...values) ?? [];
}
