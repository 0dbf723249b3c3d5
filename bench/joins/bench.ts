/** A thousand clients that join, and come back, at the same moment: how long it takes, and what others notice of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { SiteEvent } from "@pbxis/shared";
import { type Bench, type BenchContext, percentile, type Report } from "../bench.ts";
import { agentOf, askedOf, list, pageOf, statesOf } from "../edge/big-site.ts";
import { type Clients, openClients, startClients } from "../edge/clients.ts";
import type { Group } from "../edge/load-protocol.ts";
import { type Ours, startOurs } from "../edge/publisher.ts";
import { sampleTime as at, stamp } from "../edge/sample-events.ts";
import { cpuOf, memoryOf } from "../edge/worker.ts";
import { megabytes } from "../units.ts";

const agents = 1_000;
const queues = 100;
const queuesPerAgent = 5;
/** Between two events that one client outside the crowd receives. */
const liveIntervalMs = 20;

const states = statesOf({ agents, queues, queuesPerAgent });

/** `isOneObject`: all of its clients have the same subscription. */
type Crowd = Readonly<{ title: string; isOneObject: boolean; groups: (ours: Ours, count: number) => Promise<Group[]> }>;

const common = { acknowledges: true, resumes: true } as const;

const crowds: readonly Crowd[] = [
  {
    title: "wallboards of all agents",
    isOneObject: true,
    // All agents by name, and not the one whose events are measured.
    groups: async ({ url, token }, count) => [
      { urls: [url(`queues=*&agents=${list(agents, agentOf)}`)], count, token, ...common },
    ],
  },
  {
    title: "one queue, 1,500 agents named",
    isOneObject: true,
    groups: async ({ url, token }, count) => [
      { urls: [url(`queues=q0&agents=${list(1_500, agentOf)}`)], count, token, ...common },
    ],
  },
  {
    title: "pages of one agent each",
    isOneObject: false,
    groups: (ours, count) => Promise.all(list(count, (index) => pageOf(ours, index))),
  },
  {
    title: "the same pages with one token",
    isOneObject: false,
    groups: async (ours, count) => {
      const pages = await Promise.all(list(count, (index) => pageOf(ours, index)));
      return [{ urls: pages.flatMap(({ urls }) => urls), count: 1, token: ours.token, ...common }];
    },
  },
];

type Phase = Readonly<{ ms: number; cpu: number; peak: number; latencies: readonly number[]; asked: number }>;

async function measure(ours: Ours, live: Clients, act: () => Promise<unknown>): Promise<Phase> {
  await live.reset(true);
  let peak = memoryOf(ours.pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOf(ours.pid));
  }, 20);
  const [began, cpu, asked] = [performance.now(), cpuOf(ours.pid), await askedOf(ours)];
  await act();
  const ms = performance.now() - began;
  const used = cpuOf(ours.pid) - cpu;
  // What is late arrives.
  await sleep(500);
  clearInterval(timer);
  const { latencies } = await live.report();
  return { ms, cpu: used, peak, latencies, asked: (await askedOf(ours)) - asked };
}

/** Publishes an event for one client outside the crowd, every 20 ms, until it is stopped. */
function publishLive(ours: Ours): () => Promise<void> {
  const stopping = new AbortController();
  const done = (async () => {
    const began = performance.now();
    for (let count = 0; !stopping.signal.aborted; count++) {
      await sleep(Math.max(0, began + count * liveIntervalMs - performance.now()));
      const call = { talkTime: 1, holdTime: 1, recording: null, queueName: "qlive", reason: "agent" };
      ours.enqueue([SiteEvent.parse({ type: "agentComplete", agent: "9999", uniqueId: stamp(), ...call, at })]);
    }
  })();
  return () => {
    stopping.abort();
    return done;
  };
}

async function play({ groups: groupsOf }: Crowd, count: number, { quick }: BenchContext) {
  const ours = await startOurs(states);
  const { token } = ours;
  const live = await openClients([
    { urls: [ours.url("agents=9999&queues=qlive")], count: 1, token, acknowledges: true },
  ]);
  const stop = publishLive(ours);
  const crowd = startClients();
  const groups = await groupsOf(ours, count);
  await sleep(500);
  const usual = await measure(ours, live, () => sleep(quick ? 500 : 5_000));
  const join = await measure(ours, live, () => crowd.open(groups, count));
  await sleep(1_000);
  const back = await measure(ours, live, () => crowd.reconnectAll());
  await stop();
  crowd.stop();
  live.stop();
  await ours.stop();
  return { usual, join, back };
}

const shown = (ms: number) => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));
const rank = ({ latencies }: Phase, share: number) => percentile(latencies, share);

async function run(context: BenchContext): Promise<Report> {
  const count = context.quick ? 50 : 1_000;
  const rows: (string | number)[][] = [];
  const ratios: number[] = [];
  const asked: number[] = [];
  for (const crowd of crowds) {
    context.log(crowd.title);
    const { usual, join, back } = await play(crowd, count, context);
    for (const [what, phase] of [
      ["join", join],
      ["come back", back],
    ] as const) {
      ratios.push(rank(phase, 0.5) / rank(usual, 0.5));
      if (crowd.isOneObject) asked.push(phase.asked);
      rows.push([
        `${crowd.title}: they ${what}`,
        (phase.ms / 1000).toFixed(1),
        phase.cpu.toFixed(1),
        megabytes(phase.peak),
        phase.asked,
        [0.5, 0.99].map((share) => shown(rank(usual, share))).join(", "),
        [0.5, 0.99].map((share) => shown(rank(phase, share))).join(", "),
      ]);
    }
  }
  const worst = Math.max(...ratios);
  return {
    method: [
      `A site of ${agents.toLocaleString("en")} agents, each in ${queuesPerAgent} of ${queues} queues. ${count.toLocaleString("en")} clients connect at the same moment; later all connections are cut and come back at once with their cursors, without the back-off that clients have. Meanwhile one client that is connected already receives ${1000 / liveIntervalMs} events a second of an agent that the crowd does not see. Everything runs in one workerd, and so in one thread: the worker, all objects, and what is done for the crowd. In production they are apart.`,
    ],
    tables: [
      {
        title: "A crowd, and one client outside it",
        columns: [
          "crowd",
          "all have their first frame, s",
          "CPU of workerd, s",
          "most memory, MB",
          "readings of the site",
          "the other's usual latency p50, p99, ms",
          "its latency meanwhile p50, p99, ms",
        ],
        rows,
      },
    ],
    targets: [
      {
        goal: "the clients of one object ask the site a few times, not once each",
        seen: `at most ${Math.max(...asked)} readings for ${count}`,
        met: Math.max(...asked) <= count / 20,
      },
      {
        goal: "others' events stay within twice their usual latency (p50)",
        seen: `${worst.toFixed(2)} × at worst`,
        met: worst <= 2,
      },
    ],
    findings: [
      "Before clients shared readings and opened in turn, the wallboards took 28 s, 23 s of CPU and 1.1 GB to join, and the other client's events were 1.8 s late in the median and 7.5 s at worst; with 1,700 agents named it was 26 s, 19 s of CPU, and 5.7 s at worst. Pages of one agent each took 5 s, and made events 0.25 s late in the median.",
      "Before joins took the time that is left (ADR 19), pages of one agent each took 36 s to join on a busy disk and made the other's events 6.3 s late in the median: each object stored an alarm, and the pace hid that timers were late.",
      "What remains in p99 is the first moment: a thousand requests arrive, and each has its token checked before it waits for its turn.",
      "What won: one call to the site for all that wait (CPU to a quarter); snapshots as text; a plain JSON header between worker and object in place of base64 (3 ms for 1,700 names); one check of a list of plain names; an index of the states by agent and queue (2 ms for each page); joins that share a write; streams that open in turn, later while timers are late (p50).",
    ],
  };
}

export const bench: Bench = { title: "Many clients at once", run };
