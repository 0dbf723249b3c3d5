/**
 * Ten thousand clients of one site that are cut, and come back, all at once: how long it takes, what it asks of the
 * site, and whether each of them has everything in the end.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SiteEvent } from "@pbxis/shared";
import { mintToken } from "../../test/harness/token.ts";
import type { Bench, BenchContext, Plot, Report } from "../bench.ts";
import { askedOf, countersOf, type Ours, statesOf } from "../edge/big-site.ts";
import { type Clients, startClients } from "../edge/clients.ts";
import { startOurs } from "../edge/publisher.ts";
import { newMarker, occurrence } from "../edge/sample-events.ts";
import { cpuOf, memoryOf } from "../edge/worker.ts";
import { megabytes } from "../units.ts";
import { type Crowd, crowds, leastSteps, possible, queues } from "./crowds.ts";

const sizes = [1_000, 3_000, 10_000] as const;
const quickSizes = [50, 100] as const;
const backTimeoutMs = 600_000;
/** While the clients are away and come back, the site publishes so often. */
const stepMs = 500;

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

/** Clients that lack something in the end: `wrong` states, occurrences that they `missed` or received twice. */
type Lacks = Readonly<{ wrong: number; missed: number; twice: number }>;
type Seen = Lacks &
  Readonly<{
    clients: number;
    openMs: number;
    backMs: number;
    /** Attempts that were refused while they came back. */
    refused: number;
    asked: number;
    objects: number;
    /** CPU seconds of workerd while they came back. */
    cpu: number;
    /** Bytes: of workerd with all clients, for each of them, and the most while they came back. */
    memory: number;
    each: number;
    peak: number;
    /** From the publication of one event to all clients until the last one has it. */
    reachMs: number;
  }>;

/** All have come back: what each of them has, after one more event for all. */
async function check(ours: Ours, opened: Clients, crowd: Crowd, clients: number, steps: number) {
  const marker = newMarker();
  const reached = opened.awaitMarker(marker);
  const published = performance.timeOrigin + performance.now();
  ours.enqueue([occurrence(marker)]);
  const { at: reachedAt, missing } = await reached;
  const { mirrors, stampCounts, duplicates } = await opened.report();
  const digests = crowd.digests(await statesAt(ours), clients);
  return {
    reachMs: missing > 0 ? Number.NaN : reachedAt - published,
    wrong: mirrors.filter((mirror, index) => mirror !== digests[index]).length,
    missed: stampCounts.filter((count) => count < crowd.stamps(steps)).length,
    twice: duplicates,
  };
}

async function play(crowd: Crowd, clients: number): Promise<Seen> {
  const ours = await startOurs(statesOf({ agents: crowd.agents(clients), queues, queuesPerAgent: 5 }));
  const opened = startClients();
  const groups = await crowd.groups(ours, clients);
  const empty = memoryOf(ours.pid);
  const began = performance.now();
  await opened.open(groups, 200);
  const openMs = performance.now() - began;
  const memory = memoryOf(ours.pid);
  await opened.reset(true);
  const [cpuBefore, askedBefore] = [cpuOf(ours.pid), await askedOf(ours)];
  let peak = memory;
  const watching = setInterval(() => {
    peak = Math.max(peak, memoryOf(ours.pid));
  }, 100);
  const stop = publishSteps(ours, crowd, clients);
  const backMs = await opened.reconnectAll(backTimeoutMs);
  const cpu = cpuOf(ours.pid) - cpuBefore;
  const asked = (await askedOf(ours)) - askedBefore;
  const { refused } = await opened.report();
  const lacks = await check(ours, opened, crowd, clients, await stop());
  clearInterval(watching);
  const { routes: objects = 0 } = (await countersOf(ours)).now;
  opened.stop();
  await ours.stop();
  const each = (memory - empty) / clients;
  return { clients, openMs, backMs, refused, asked, objects, cpu, memory, each, peak, ...lacks };
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);

function rowOf(title: string, seen: Seen): (string | number)[] {
  const { clients, openMs, backMs, refused, asked, objects, cpu, memory, each, peak, reachMs } = seen;
  return [
    title,
    clients,
    objects,
    seconds(openMs),
    seconds(backMs),
    asked,
    refused,
    cpu.toFixed(1),
    megabytes(memory),
    (each / 1024).toFixed(0),
    megabytes(peak),
    reachMs.toFixed(0),
    [seen.wrong, seen.missed, seen.twice].join(", "),
  ];
}

function plotsOf(title: string, all: readonly Seen[]): Plot[] {
  const plot = (what: string, yLabel: string, of: (seen: Seen) => number): Plot => ({
    title: `${title}: ${what}`,
    xLabel: "clients",
    yLabel,
    xs: all.map(({ clients }) => clients),
    ys: all.map((seen) => Number(of(seen).toPrecision(3))),
  });
  return [
    plot("all are back after a cut", "s", ({ backMs }) => backMs / 1000),
    plot("memory of workerd", "MB", ({ memory }) => memory / 2 ** 20),
    plot("one event reaches all", "ms", ({ reachMs }) => reachMs),
  ];
}

async function run({ quick, log }: BenchContext): Promise<Report> {
  const rows: (string | number)[][] = [];
  const plots: Plot[] = [];
  const all: Seen[] = [];
  let worst = 0;
  for (const crowd of crowds) {
    const ofCrowd: Seen[] = [];
    for (const clients of (quick ? quickSizes : sizes).map((size) => possible(crowd, size))) {
      const seen = await play(crowd, clients);
      log(`${clients} ${crowd.title}: open ${seconds(seen.openMs)} s, back ${seconds(seen.backMs)} s`);
      rows.push(rowOf(crowd.title, seen));
      ofCrowd.push(seen);
      if (crowd === crowds[0]) worst = Math.max(worst, seen.asked / seen.clients);
    }
    plots.push(...plotsOf(crowd.title, ofCrowd));
    all.push(...ofCrowd);
  }
  const lacking = all.reduce((sum, { wrong, missed, twice }) => sum + wrong + missed + twice, 0);
  return {
    method: [
      `Clients of one site with ${queues} queues: *wallboards*, all with the same subscription, of which one object serves 1,000 (SC1); *pages*, each of another agent, with an object and a token of its own; and the same pages with one token, which are served by 32 objects of their own and by eight that they share. All connections are cut at the same moment. The clients come back with their cursors after the typed client's back-off, and again after each refusal. Meanwhile the site publishes: for wallboards ten changes of queues and two occurrences a second, for pages a change of state and a call of each agent within ten seconds. At the end each client's states are compared with the site's (AP3), and its occurrences are counted. Everything runs in one workerd, and so in one thread, beside a process with all clients; in production the objects are apart.`,
    ],
    tables: [
      {
        title: "A cut of all clients",
        columns: [
          "clients",
          "count",
          "objects",
          "all opened, s",
          "all back, s",
          "readings of the site",
          "attempts refused",
          "CPU of workerd, s",
          "memory, MB",
          "for each client, KB",
          "most memory, MB",
          "one event reaches all, ms",
          "wrong states, missed, twice",
        ],
        rows,
      },
    ],
    plots,
    targets: [
      {
        goal: "nothing is lost or repeated, and each client's states are the site's",
        seen: `${lacking} clients lack something`,
        met: lacking === 0,
      },
      {
        goal: "the clients of one subscription ask the site once for each object and not for each client (≤ 1/15)",
        seen: `${worst.toFixed(3)} readings for each client at worst`,
        met: worst <= 1 / 15,
      },
    ],
    findings: [
      `The first wall of a site with very many clients is the thread of the isolate that opens their streams, and here the one thread of everything: it checks tokens, opens sockets and sends. Streams open in turn, and those that would wait for more than 15 s are refused and come back later, each after a random time. On the platform there are many isolates, and objects have threads of their own.`,
      `The second one is memory: a client takes what the table says, most of it the runtime's sockets. It is spread over the objects, of which each has 1,000 clients at most.`,
      `An object opens five files of workerd with its client's socket, although it stores nothing. Where a process may have 20,000, that is the end at some 3,800 pages with objects of their own; on the platform there is no such limit.`,
      `Before, an object gathered its joining clients for up to 200 ms while the isolate let no more than 24 open: it could not open more than 120 clients a second. Now it asks the site as soon as twenty wait. And it gathers for clients that come back over some seconds: of a hundred, 84 had a reading of their own.`,
    ],
  };
}

export const bench: Bench = { title: "Ten thousand clients", run };
