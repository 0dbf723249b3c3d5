/** Checks once a second that no buffer exceeds its limit (PROTOCOL.md, section 9). */

import { newestKept } from "../../worker/src/site/log/log-plan.ts";
import type { SimulatedClient } from "./client.ts";
import { bufferedBytes, commandRate, cutBytes, logLimits } from "./limits.ts";
import type { Runtime } from "./runtime/runtime.ts";

/** The site logs a whole frame of the uplink before it deletes the oldest rows. */
const logSlack = 300;

/** CM16: commands are counted over this time, which is longer than a client waits before it repeats a refused one. */
const countedMs = 4_000;

/** Describes each violation. */
export function checkBounds(clients: readonly SimulatedClient[], runtime: Runtime): string[] {
  const found: string[] = [];
  // ST4 does not count the first frames, and the frame that exceeds the limit is sent as a whole.
  const slack = 3 * Math.max(...clients.map((client) => client.traffic().largest));
  for (const client of clients) {
    const { name, habit } = client.role;
    const { unread, received } = client.traffic();
    if (unread > bufferedBytes + slack) found.push(`${name}: ST4: ${unread} bytes are buffered for one socket`);
    if (habit === "silent" && received > cutBytes + slack)
      found.push(`${name}: ST4: received ${received} bytes without an acknowledgement`);
  }
  const [log] =
    runtime
      .find("SITE", "hq")
      ?.query(
        `SELECT coalesce(max(last) - min(first) + 1, 0) AS size FROM log WHERE first > (SELECT kept ->> '$.site.floor' FROM (${newestKept}))`,
      ) ?? [];
  if (Number(log?.size ?? 0) > logLimits.events + logSlack) found.push(`the site's log has ${log?.size} events`);
  const most = commandRate.burst + (commandRate.perSecond * countedMs) / 1000;
  const flooding = "SELECT subject, count(*) AS taken FROM command WHERE created > ? GROUP BY subject HAVING taken > ?";
  for (const { taken } of runtime.find("SITE", "hq")?.query(flooding, Date.now() - countedMs, most) ?? [])
    found.push(`CM16: ${taken} commands of one subject were accepted within ${countedMs / 1000} s`);
  return found;
}
