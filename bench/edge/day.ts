/** Plays calls at the benchmark's PBX, and measures the work of the connector and the worker meanwhile. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SiteCounters } from "@pbxis/shared";
import type { Chain } from "./chain.ts";
import { cpuOf, memoryOf } from "./worker.ts";

export type Day = Readonly<{ agents: number; callsPerSecond: number; seconds: number; talkMs: number }>;

/** CPU as a share of one core, sizes in bytes. `counted`: the increase of the site's counters. */
export type Work = Readonly<{
  calls: number;
  /** Of the measurement, with the last calls' ends. */
  seconds: number;
  amiBytes: number;
  amiPackets: number;
  connectorCpu: number;
  connectorMemory: number;
  workerCpu: number;
  workerMemory: number;
  counted: Readonly<Record<string, number>>;
}>;

/** Calls come evenly, each to the next agent. `firstCall` keeps the calls of several days apart. */
export async function playDay(
  chain: Chain,
  { agents, callsPerSecond, seconds, talkMs }: Day,
  firstCall = 0,
): Promise<Work> {
  const total = Math.round(callsPerSecond * seconds);
  const before = await measure(chain);
  const began = performance.now();
  for (let call = 0; call < total; ) {
    const due = ((performance.now() - began) / 1000) * callsPerSecond;
    for (; call < Math.min(due, total); call++)
      chain.pbx.call((firstCall + call) % agents, firstCall + call + 1, talkMs);
    await sleep(5);
  }
  // The last calls end.
  await sleep(talkMs + 2_000);
  const after = await measure(chain);
  const elapsed = (performance.now() - began) / 1000;
  return {
    calls: total,
    seconds: elapsed,
    amiBytes: after.sent.bytes - before.sent.bytes,
    amiPackets: after.sent.packets - before.sent.packets,
    connectorCpu: (after.connectorCpu - before.connectorCpu) / elapsed,
    connectorMemory: memoryOf(chain.connectorPid),
    workerCpu: (after.workerCpu - before.workerCpu) / elapsed,
    workerMemory: memoryOf(chain.worker.pid),
    counted: Object.fromEntries(
      Object.entries(after.totals).map(([name, total]) => [name, total - (before.totals[name] ?? 0)]),
    ),
  };
}

async function measure({ pbx, connectorPid, worker, get }: Chain) {
  const { totals } = (await get("/counters", "operator")) as SiteCounters;
  return { totals, sent: pbx.sent(), connectorCpu: cpuOf(connectorPid), workerCpu: cpuOf(worker.pid) };
}
