/**
 * UP11: the waits that clients show, from the times that the connector sent, against the simulated PBX. All clocks but
 * the platform's may be wrong.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Truth } from "../pbx/truth.ts";
import type { Audience } from "./audience.ts";
import { amiDelayMs } from "./excuse.ts";

/** UP11, whole seconds of a list, and a stall of AMI when the caller joined. */
const allowedMs = 5_000 + 1_000 + amiDelayMs;

/** `trueTime`: the platform's time for one of the PBX's clock. */
export function checkWaits(
  { queues, scope }: Audience,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth,
  trueTime: (pbxTime: number) => number,
): string[] {
  if (scope === "agent") return [];
  return Object.entries(truth.queues).flatMap(([queue, { callers }]) => {
    const [first] = callers;
    const shown = states.get(`queueCount,${queue}`);
    if (!first || shown?.type !== "queueCount" || (queues !== "*" && !queues.includes(queue))) return [];
    const late = (shown.longestWaitSince ?? 0) - trueTime(first.joinedAt);
    return Math.abs(late) <= allowedMs ? [] : [`UP11: the longest wait of ${queue} began ${late} ms later than shown`];
  });
}
