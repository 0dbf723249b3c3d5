/**
 * The day before the demo begins: the simulated PBX on a virtual clock, read by the connector's own framer, decoders
 * and pipeline. Nothing here knows how statistics are made.
 */
import type { SiteEvent } from "@pbxis/shared";
import { createPbx, type Pbx } from "../../pbx/core.ts";
import { follow, regenerate } from "../../pbx/model-follower.ts";
import { createTraffic } from "../../pbx/traffic.ts";
import { demoAgents, demoPace, demoQueues, wrapUpSeconds } from "./office.ts";

/** `states`: as they were at `from`. `events`: what the connector published since then. `pbx`: as it is at `to`. */
export type PastDay = Readonly<{
  from: number;
  to: number;
  states: readonly SiteEvent[];
  events: readonly SiteEvent[];
  pbx: Pbx;
}>;

const stepMs = 4_000;
/** Virtual seconds between two moments at which the process does something else. */
const stepsAtOnce = 600;

export async function makePastDay(from: number, to: number, seed: number): Promise<PastDay> {
  const pbx = createPbx(demoQueues, demoAgents, from);
  const traffic = createTraffic(pbx.state, seed, demoPace);
  const follower = follow({ "*": wrapUpSeconds });
  regenerate(follower, pbx, from);
  const states = follower.pipeline.snapshot()?.events ?? [];
  const events: SiteEvent[] = [];
  for (let now = from; now <= to; now += stepMs) {
    pbx.tick(now);
    for (const command of traffic.next(now)) pbx.run(command, now);
    events.push(...follower.receive(pbx.take(), now).filter(isKept));
    pbx.takeCompleted();
    pbx.takeEnded();
    if (((now - from) / stepMs) % stepsAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { from, to, states, events, pbx };
}

/** Of these states only the last values would be of use, as in the outbox of a connector that was cut off. */
const leftOut: ReadonlySet<SiteEvent["type"]> = new Set(["queueSummary", "memberSummary", "parkedCallState"]);

function isKept({ type }: SiteEvent): boolean {
  return !leftOut.has(type);
}
