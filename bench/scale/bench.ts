/**
 * Ten thousand clients of one site that a deployment cuts off, all at once: how long it takes until they are back, what
 * it asks of the site, and whether each of them has everything in the end.
 */
import type { Bench, BenchContext, Plot, Report, Table } from "../bench.ts";
import { megabytes } from "../units.ts";
import { type Crowd, ownPages, queues, queuesPerAgent, sharedPages, wallboardAgents, wallboards } from "./crowds.ts";
import { mostSockets } from "./fleet.ts";
import { play, type Seen } from "./play.ts";

const sizes = [1_000, 3_000, 10_000] as const;
const quickSizes = [50, 100] as const;
/** Crowds whose growth is measured. */
const growing: readonly Crowd[] = [wallboards, ownPages];

const seconds = (ms: number) => (ms / 1000).toFixed(1);
const kilobytes = (bytes: number) => (bytes / 1024).toFixed(0);

const timeTable = (all: readonly Seen[]): Table => ({
  title: "A deployment cuts all clients",
  columns: [
    "clients",
    "count",
    "objects",
    "all opened, s",
    "all back, s",
    "of it without a worker, s",
    "CPU of workerd, s",
    "attempts refused",
    "requests to the site",
    "deliveries of the site",
    "one event reaches all, ms",
    "wrong states, missed, twice, gaps",
  ],
  rows: all.map((seen) => [
    seen.title,
    seen.clients,
    seen.objects,
    seconds(seen.openMs),
    seen.away > 0 ? `${seen.away} are not` : seconds(seen.backMs),
    seconds(seen.downMs),
    seen.cpu.toFixed(1),
    seen.refused,
    seen.asked,
    seen.deliveries,
    seen.away > 0 ? "–" : seen.reachMs.toFixed(0),
    seen.away > 0 ? "–" : [seen.wrong, seen.missed, seen.twice, seen.gaps].join(", "),
  ]),
});

const memoryTable = (all: readonly Seen[]): Table => ({
  title: "Memory",
  columns: [
    "clients",
    "count",
    "workerd, MB",
    "for each client, KB",
    "most, MB",
    "heap of the site and the routes, MB",
    "heap of scope objects for each client, KB",
    "open files of workerd for each client",
    "states of the site",
    "snapshot of the connector, s",
  ],
  rows: all.map((seen) => [
    seen.title,
    seen.clients,
    megabytes(seen.memory),
    kilobytes(seen.each),
    megabytes(seen.peak),
    megabytes(seen.siteHeap),
    (seen.scopeHeap / 1024).toFixed(1),
    (seen.files / seen.clients).toFixed(2),
    seen.states,
    seconds(seen.snapshotMs),
  ]),
});

function plotsOf(title: string, all: readonly Seen[]): Plot[] {
  const plot = (what: string, yLabel: string, of: (seen: Seen) => number): Plot => ({
    title: `${title}: ${what}`,
    xLabel: "clients",
    yLabel,
    xs: all.map(({ clients }) => clients),
    ys: all.map((seen) => Number(of(seen).toPrecision(3))),
  });
  return [
    plot("all are back after a deployment", "s", ({ backMs }) => backMs / 1000),
    plot("memory of workerd", "MB", ({ memory }) => memory / 2 ** 20),
    plot("one event reaches all", "ms", ({ reachMs }) => reachMs),
  ];
}

async function run({ quick, log }: BenchContext): Promise<Report> {
  const played = async (crowd: Crowd, clients: number, scopes: "disk" | "memory") => {
    const seen = await play(crowd, clients, scopes);
    log(`${clients} ${crowd.title}: open ${seconds(seen.openMs)} s, back ${seconds(seen.backMs)} s`);
    return seen;
  };
  const grown: Seen[][] = [];
  for (const crowd of growing) {
    const ofCrowd: Seen[] = [];
    for (const clients of quick ? quickSizes : sizes) ofCrowd.push(await played(crowd, clients, "memory"));
    grown.push(ofCrowd);
  }
  const [least] = quick ? quickSizes : sizes;
  const others = [
    await played(sharedPages, least, "memory"),
    { ...(await played(ownPages, least, "disk")), title: `${ownPages.title}, storage on disk` },
  ];
  const all = [...grown.flat(), ...others];
  return reportOf(all, grown);
}

function reportOf(all: readonly Seen[], grown: readonly (readonly Seen[])[]): Report {
  const back = all.filter(({ away }) => away === 0);
  const lacking = back.reduce((sum, { wrong, missed, twice, gaps }) => sum + wrong + missed + twice + gaps, 0);
  const away = all.reduce((sum, seen) => sum + seen.away, 0);
  const worst = Math.max(...(grown[0] ?? []).map(({ asked, clients }) => asked / clients));
  return {
    method: [
      `Clients of one site with ${queues} queues, with all states that a connector publishes: *wallboards*, all with the same subscription, of which one object serves 1,000 (SC1), at a site with ${wallboardAgents} agents, each in ${queuesPerAgent} queues; *pages*, each of another agent of as many, with an object and a token of its own; and the same pages with one token, which are served by 32 objects of their own and by eight that they share.`,
      "All connections are cut at the same moment, as by a deployment: workerd is killed and started again on the same storage. The clients come back with their cursors after the typed client's back-off, and again after each refusal. Meanwhile the connector goes on: for wallboards it publishes five changes of queues and an occurrence every two seconds, for pages a change of state and a call of each agent within 40 s. At the end each client's states are compared with the site's (AP3), and its occurrences are counted. A *gap* is a snapshot in place of a resume.",
      `Up to a hundred of the clients are the typed client, with a ticket for each connection. The others are raw sockets in two processes; they send the token itself, keep all states, and count occurrences. workerd opens two files for each socket, and this machine allows a process 20,000. So at most ${mostSockets.toLocaleString("en")} clients have a socket of their own, and the rest shares two; behind those everything is the same.`,
      "Scope objects store nothing, and here their storage is in memory, so that workerd does not open three files for each of them. The last row has the same with storage on disk. No object is evicted in this benchmark, but the deployment ends them all. Everything runs in one workerd, and so in one thread, beside the clients; in production the objects are apart.",
    ],
    tables: [timeTable(all), memoryTable(all)],
    plots: grown.flatMap((ofCrowd) =>
      plotsOf(
        ofCrowd[0]?.title ?? "",
        ofCrowd.filter(({ away }) => away === 0),
      ),
    ),
    targets: [
      {
        goal: "nothing is lost or repeated, and each client's states are the site's",
        seen: `${lacking} clients lack something`,
        met: lacking === 0 && away === 0,
      },
      { goal: "all are back within 150 s", seen: `${away} clients are not`, met: away === 0 },
      {
        goal: "the clients of one subscription ask the site once for each object and not for each client (≤ 1/15)",
        seen: `${worst.toFixed(3)} requests for each client at worst`,
        met: worst <= 1 / 15,
      },
    ],
    findings: [
      "The first wall is the thread of the isolate that opens the streams, and here the one thread of everything: it checks tokens, opens sockets and sends. Streams open in turn, at most 400 a second in one isolate; those that would wait for more than 15 s are refused and come back later, each after a random time. On the platform there are many isolates, and objects have threads of their own.",
      "Behind it is the memory of the Site object. An agent in three queues has nine states, in five queues 13; a state takes about 0.6 KB of the heap, an object's route 1.4 KB. An isolate has 128 MB, and a site at most 100,000 states: 11,000 agents in three queues each, 7,600 in five. The scope objects are small, and there are many of them: what 10,000 wallboards take is spread over ten objects, and that of pages over as many objects as there are pages.",
      "Behind that is the site's log. It has 50,000 events, which 10,000 agents with eight calls an hour each fill in 75 s. Who is away for longer gets a snapshot.",
      "This benchmark found that streams that had waited in vain kept their turns, so that on a busy machine those who came back could wait for turns that nobody took. And the time that late timers and streams in the middle of opening took counted twice.",
      "It also found two searches that grew with the site: the join of an agent's page looked at the member summaries of all queues, and each client that came back looked at all that the log has since its cursor. Of 10,000 pages, 4,187 were not back after 150 s. Now states and recent items are found by the agent or queue that they concern.",
    ],
  };
}

export const bench: Bench = { title: "Ten thousand clients", run };
