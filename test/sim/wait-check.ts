/**
 * UP11: the waits that clients show, from the times that the connector sent, against the simulated PBX. All clocks but
 * the platform's may be wrong.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Truth } from "../pbx/truth.ts";
import type { Audience } from "./audience.ts";
import { amiDelayMs } from "./excuse.ts";
import { beginning } from "./globals.ts";
import type { Machines } from "./machines.ts";

/** UP11, whole seconds of a list, and a stall of AMI when the caller joined. */
const allowedMs = 5_000 + 1_000 + amiDelayMs;

/** While the PBX's clock stands still, so does the wait that Asterisk names in its lists. */
export function checkWaits(
  { queues, scope }: Audience,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth,
  { pbx, platform }: Pick<Machines, "pbx" | "platform">,
): string[] {
  if (scope === "agent") return [];
  return Object.entries(truth.queues).flatMap(([queue, { callers }]) => {
    const [first] = callers;
    const shown = states.get(`queueCount,${queue}`);
    if (!first || shown?.type !== "queueCount" || (queues !== "*" && !queues.includes(queue))) return [];
    const joinedAt = beginning + pbx.trueTime(first.joinedAt);
    const uncountedMs = first.joinedAt - pbx.machine.aheadMs - joinedAt;
    const late = (shown.longestWaitSince ?? 0) - platform.aheadMs - joinedAt;
    const isRight = late >= -allowedMs && late <= allowedMs + uncountedMs;
    return isRight ? [] : [`UP11: the longest wait of ${queue} is shown to begin ${late} ms late`];
  });
}
