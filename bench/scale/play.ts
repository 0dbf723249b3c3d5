/** One crowd at one site: it opens, is cut off by a deployment, and comes back. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SiteEvent } from "@pbxis/shared";
import { mintToken } from "../../test/harness/token.ts";
import { allStatesOf, askedOf, countersOf } from "../edge/big-site.ts";
import { machineClock } from "../edge/load-protocol.ts";
import { type Ours, startOurs } from "../edge/publisher.ts";
import { newMarker, occurrence } from "../edge/sample-events.ts";
import { cpuOf, filesOf, memoryOf } from "../edge/worker.ts";
import { type Crowd, leastSteps, queues, queuesPerAgent } from "./crowds.ts";
import { type Fleet, startFleet } from "./fleet.ts";

/** Those that are not back by then are counted. */
const backTimeoutMs = 150_000;
/** While the clients are away and come back, the site publishes so often. */
const stepMs = 2_000;

/** What clients lack in the end: `wrong` states, `missed` or repeated (`twice`) occurrences, snapshots (`gaps`). */
type Lacks = Readonly<{ wrong: number; missed: number; twice: number; gaps: number }>;

export type Seen = Lacks &
  Readonly<{
    title: string;
    clients: number;
    typed: number;
    openMs: number;
    /** Clients that did not come back in time. What the others have is not checked then. */
    away: number;
    /** From the cut until the last one is live again, and how long of it there was no worker. */
    backMs: number;
    downMs: number;
    /** Attempts that were refused while they came back. */
    refused: number;
    /** Requests that the site got from scope objects meanwhile, and those that it made to them. */
    asked: number;
    deliveries: number;
    objects: number;
    /** CPU seconds of workerd while they came back. */
    cpu: number;
    /** Bytes of workerd: with all clients, for each of them, and the most while they came back. */
    memory: number;
    each: number;
    peak: number;
    /** Bytes of the JavaScript heaps with all clients: of the site and the routes, and of scope objects for each client. */
    siteHeap: number;
    scopeHeap: number;
    /** The most open files of workerd. */
    files: number;
    /** From the publication of one event to all clients until the last one has it. */
    reachMs: number;
    /** How long the connector needed to send its states, and their number. */
    snapshotMs: number;
    states: number;
  }>;

/** Publishes one step after the other, until it is stopped. Resolves with the number of steps. */
function publishSteps(ours: Ours, { eventsOf }: Crowd, clients: number): () => Promise<number> {
  const stopping = new AbortController();
  const done = (async () => {
    let steps = 0;
    for (; steps < leastSteps || !stopping.signal.aborted; steps++) {
      ours.enqueue(eventsOf(steps, clients));
      await sleep(stepMs);
    }
    return steps;
  })();
  return () => {
    stopping.abort();
    return done;
  };
}

async function statesAt({ url }: Ours): Promise<readonly SiteEvent[]> {
  const headers = { authorization: `Bearer ${await mintToken({ site: "bench" })}` };
  const response = await fetch(url("agents=*&queues=*").replace("/events?", "/state?"), { headers });
  const { events }: { events: readonly SiteEvent[] } = await response.json();
  return events;
}

/** All have come back: what each of them has, after one more event for all. */
async function check(ours: Ours, fleet: Fleet, crowd: Crowd, clients: number, steps: number) {
  const marker = newMarker();
  const reached = fleet.awaitMarker(marker);
  const published = machineClock();
  ours.enqueue([occurrence(marker)]);
  const { at, missing } = await reached;
  const { mirrors, stampCounts, duplicates, gaps, refused } = await fleet.report();
  const digests = crowd.digests(await statesAt(ours), clients);
  return {
    reachMs: missing > 0 ? Number.NaN : at - published,
    wrong: digests.filter((digest, index) => mirrors[index] !== digest).length,
    missed: stampCounts.filter((count) => count < crowd.stamps(steps)).length,
    twice: duplicates,
    gaps,
    refused,
  };
}

async function unchecked(fleet: Fleet): ReturnType<typeof check> {
  const { refused } = await fleet.report();
  const none = Number.NaN;
  return { reachMs: none, wrong: none, missed: none, twice: none, gaps: none, refused };
}

/** Looks at workerd's memory and files until it is stopped. */
function watch({ worker }: Ours): () => Readonly<{ peak: number; files: number }> {
  let [peak, files] = [0, 0];
  const look = () => {
    try {
      peak = Math.max(peak, memoryOf(worker.pid));
      files = Math.max(files, filesOf(worker.pid));
    } catch {
      // It is being restarted.
    }
  };
  const timer = setInterval(look, 250);
  return () => {
    look();
    clearInterval(timer);
    return { peak, files };
  };
}

/** `scopes`: where the storage of the scope objects is. */
export async function play(crowd: Crowd, clients: number, scopes: "disk" | "memory"): Promise<Seen> {
  const states = allStatesOf({ agents: crowd.agents(clients), queues, queuesPerAgent });
  const ours = await startOurs(states, { scopes, carries: true, isInspected: true });
  const fleet = startFleet(await crowd.groups(ours, clients));
  const isApart = scopes === "memory";
  const emptyHeap = isApart ? await ours.worker.heap("emptyObjects") : Number.NaN;
  const empty = memoryOf(ours.pid);
  const began = performance.now();
  await fleet.open();
  const openMs = performance.now() - began;
  const memory = memoryOf(ours.pid);
  await fleet.reset();
  const { joins = 0, reads = 0, deliveries = 0 } = (await countersOf(ours)).totals;
  const stopWatch = watch(ours);
  const returned = fleet.awaitReturn(backTimeoutMs);
  const stopSteps = publishSteps(ours, crowd, clients);
  await sleep(2 * stepMs);
  const cutAt = machineClock();
  await ours.worker.restart();
  const downMs = machineClock() - cutAt;
  const { at, missing: away } = await returned;
  const cpu = cpuOf(ours.pid);
  const asked = (await askedOf(ours)) - joins - reads;
  const steps = await stopSteps();
  const checked = away > 0 ? await unchecked(fleet) : await check(ours, fleet, crowd, clients, steps);
  const watched = stopWatch();
  const { now, totals } = await countersOf(ours);
  const siteHeap = await ours.worker.heap("worker");
  const scopeHeap = isApart ? ((await ours.worker.heap("emptyObjects")) - emptyHeap) / clients : Number.NaN;
  fleet.stop();
  await ours.stop();
  return {
    ...{ title: crowd.title, clients, typed: fleet.typed, openMs, backMs: at - cutAt, downMs, asked, cpu },
    ...{ deliveries: (totals.deliveries ?? 0) - deliveries, objects: now.routes ?? 0 },
    ...{ memory, each: (memory - empty) / clients, siteHeap, scopeHeap, ...watched },
    ...{ snapshotMs: ours.snapshotMs, states: states.length, away, ...checked },
  };
}
