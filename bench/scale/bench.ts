/**
 * Ten thousand clients of one site that are cut, and come back, all at once: how long it takes, what it asks of the
 * site, and whether each of them has everything in the end.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SiteEvent } from "@pbxis/shared";
import { mintToken } from "../../test/harness/token.ts";
import type { Bench, BenchContext, Plot, Report } from "../bench.ts";
import { agentOf, askedOf, countersOf, list, type Ours, pageOf, statesOf } from "../edge/big-site.ts";
import { type Clients, startClients } from "../edge/clients.ts";
import type { Group } from "../edge/load.ts";
import { digestOf } from "../edge/mirror.ts";
import { startOurs } from "../edge/publisher.ts";
import { sampleTime as at, newMarker, occurrence, stamp } from "../edge/sample-events.ts";
import { cpuOf, memoryOf } from "../edge/worker.ts";
import { megabytes } from "../units.ts";

const queues = 100;
const sizes = [1_000, 3_000, 10_000] as const;
const quickSizes = [50, 100] as const;
const backTimeoutMs = 600_000;
/** While the clients are away and come back, the site publishes so often, and for so many steps at least. */
const stepMs = 500;
const leastSteps = 20;

type Crowd = Readonly<{
  title: string;
  /** Agents of the site, for so many clients. */
  agents: (clients: number) => number;
  groups: (ours: Ours, clients: number) => Promise<readonly Group[]>;
  /** What the site publishes in one step. */
  eventsOf: (step: number, clients: number) => readonly SiteEvent[];
  /** Stamped occurrences that each client has received after so many steps. */
  stamps: (steps: number) => number;
  /** Of all states of the site, the digest of those that each client must have. */
  digests: (states: readonly SiteEvent[], clients: number) => readonly string[];
}>;

const common = { acknowledges: true, resumes: true, backsOff: true, mirrors: true } as const;

const crowds: readonly Crowd[] = [
  {
    title: "wallboards of all queues",
    agents: () => 100,
    groups: async ({ url, token }, clients) => [{ urls: [url("queues=*")], count: clients, token, ...common }],
    eventsOf: (step) => [
      ...list(5, (index) => {
        const queue = `q${(step * 5 + index) % queues}`;
        return SiteEvent.parse({ type: "queueCount", queue, count: step + 2, longestWaitSince: at, at });
      }),
      occurrence(stamp()),
    ],
    stamps: (steps) => steps,
    digests: (states, clients) => {
      const digest = digestOf(states.filter(({ type }) => type === "queueCount"));
      return list(clients, () => digest);
    },
  },
  {
    title: "pages of one agent each",
    agents: (clients) => clients,
    groups: (ours, clients) =>
      Promise.all(list(clients, async (index) => ({ ...(await pageOf(ours, index)), ...common }))),
    // Each agent has a call within the first steps.
    eventsOf: (step, clients) => {
      const share = Math.ceil(clients / leastSteps);
      const first = step * share;
      return list(Math.max(0, Math.min(share, clients - first)), (index) => {
        const agent = agentOf(first + index);
        const call = { talkTime: 1, holdTime: 1, recording: null, queueName: "q0", reason: "agent" };
        return [
          SiteEvent.parse({ type: "extensionStatus", agent, status: "not_inuse", at }),
          SiteEvent.parse({ type: "agentComplete", agent, uniqueId: stamp(), ...call, at }),
        ];
      }).flat();
    },
    stamps: () => 1,
    digests: (states, clients) => {
      const byAgent = Map.groupBy(states, (event) => ("agent" in event ? String(event.agent) : ""));
      return list(clients, (index) => digestOf(byAgent.get(agentOf(index)) ?? []));
    },
  },
];

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
    for (const clients of quick ? quickSizes : sizes) {
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
      `Clients of one site with ${queues} queues: *wallboards*, all with the same subscription, of which one object serves 1,000 (SC1); *pages*, each of another agent, with an object and a token of its own. All connections are cut at the same moment. The clients come back with their cursors after the typed client's back-off, and again after each refusal. Meanwhile the site publishes: for wallboards ten changes of queues and two occurrences a second, for pages a change of state and a call of each agent within ten seconds. At the end each client's states are compared with the site's (AP3), and its occurrences are counted. Everything runs in one workerd, and so in one thread, beside a process with all clients; in production the objects are apart.`,
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
  };
}

export const bench: Bench = { title: "Ten thousand clients", run };
