/** No buffer beyond its stated maximum (PROTOCOL.md, section 9), looked at in every second. */
import { newestKept } from "../../worker/src/site/log/log-plan.ts";
import type { SimulatedClient } from "./client.ts";
import type { Runtime } from "./runtime/runtime.ts";

type FlowLimits = Readonly<{ cutBytes: number; bufferedBytes: number }>;
type LogLimits = Readonly<{ logLimits: Readonly<{ events: number }> }>;

// As they are in this process: the simulation may have lowered them.
const source = (path: string) => new URL(`../../worker/src/${path}`, import.meta.url).href;
const { cutBytes, bufferedBytes }: FlowLimits = await import(source("scope/flow.ts"));
const { logLimits }: LogLimits = await import(source("site/log/log-plan.ts"));

/** A frame of the uplink is logged as a whole before the oldest rows go. */
const logSlack = 300;

/** Broken promises, as sentences. */
export function checkBounds(clients: readonly SimulatedClient[], runtime: Runtime): string[] {
  const found: string[] = [];
  // First frames are no reason to cut, and the frame that goes beyond the limit is sent whole.
  const slack = 3 * Math.max(...clients.map((client) => client.traffic().largest));
  for (const client of clients) {
    const { name, habit } = client.role;
    const { unread, received } = client.traffic();
    if (unread > bufferedBytes + slack) found.push(`${name}: ST4: ${unread} bytes wait for one socket`);
    if (habit === "silent" && received > cutBytes + slack)
      found.push(`${name}: ST4: was sent ${received} bytes and has acknowledged nothing`);
  }
  const [log] =
    runtime
      .find("SITE", "hq")
      ?.query(
        `SELECT coalesce(max(last) - min(first) + 1, 0) AS size FROM log WHERE first > (SELECT kept ->> '$.site.floor' FROM (${newestKept}))`,
      ) ?? [];
  if (Number(log?.size ?? 0) > logLimits.events + logSlack) found.push(`the site's log has ${log?.size} events`);
  return found;
}
