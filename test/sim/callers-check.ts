/**
 * EV20: what a client that asked for it shows of who waits, against the simulated PBX: the callers in order, and whom
 * the queue rings for each.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Truth } from "../pbx/truth.ts";

export function callersDifferences(
  queue: string,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth["queues"][string],
): string[] {
  const state = states.get(`queueCallers,${queue}`);
  const shown =
    state?.type === "queueCallers"
      ? `${state.count}: ${state.callers.map(({ uniqueId, ringing }) => describe(uniqueId, ringing)).join(" ")}`
      : "none";
  const actual = `${truth.waiting}: ${truth.callers.map(({ uniqueId, ringing }) => describe(uniqueId, ringing)).join(" ")}`;
  return shown === actual ? [] : [`EV20: callers of ${queue} are ${shown}, not ${actual}`];
}

function describe(uniqueId: string, ringing: readonly string[]): string {
  return `${uniqueId}(${[...ringing].sort().join(",")})`;
}
