/** How clients that do not read, or read a kilobyte a second, affect the others (ST4), and what happens to them. */
import { setTimeout as sleep } from "node:timers/promises";
import { SiteEvent } from "@pbxis/shared";
import { type Bench, type BenchContext, percentile, type Report } from "../bench.ts";
import { type Clients, openClients } from "../edge/clients.ts";
import type { Group, LoadReport } from "../edge/load-protocol.ts";
import { digestOf } from "../edge/mirror.ts";
import { type Subject, startOurs } from "../edge/publisher.ts";
import { newMarker, occurrence, sampleTime, stamp } from "../edge/sample-events.ts";
import { memoryOf } from "../edge/worker.ts";
import { megabytes } from "../units.ts";

const clients = 200;
/** So many of the reading clients keep the states that they receive, in a process of their own. */
const watchedCount = 5;
/**
 * One event of each frame has a stamp, so that reading stamps costs the clients little. A client receives some 6 MB in
 * all, more than any window.
 */
const eventsPerFrame = 100;
const framesPerSecond = 20;

/** How much a client may have read before it stopped or slowed down: the first frames, and what came with them. */
const stoppedBytes = 64 * 1024;

const kinds: readonly Readonly<{ name: string; count: number; more: Partial<Group> }>[] = [
  // It has acknowledged its first frame, so the server stops sending when its window is full.
  { name: "stopped reading", count: 5, more: { bytesPerSecond: 0 } },
  // The server closes the connection, and the client resumes with its cursor.
  { name: "stopped reading, never acknowledges", count: 5, more: { bytesPerSecond: 0, acknowledges: false } },
  { name: "1 KB/s", count: 5, more: { bytesPerSecond: 1_000 } },
  { name: "1 KB/s, never acknowledges", count: 5, more: { bytesPerSecond: 1_000, acknowledges: false } },
];
const slowCount = kinds.reduce((sum, { count }) => sum + count, 0);

let serial = 0;
/** The last state of each agent, by number: what every client must know in the end. */
const latest = new Map<string, SiteEvent>();

/** Each event is about another agent, because the uplink collapses changes of the same state. */
function nextState(_: unknown, index: number): SiteEvent {
  const event = SiteEvent.parse({
    type: "queueMemberStatus",
    agent: `${1000 + index}`,
    queue: "q0",
    status: "not_inuse",
    deviceStatus: "not_inuse",
    pausedReason: null,
    penalty: ++serial,
    since: sampleTime,
    at: sampleTime,
  });
  latest.set(`${index}`, event);
  return event;
}

type Phase = Readonly<{ fast: LoadReport; watched: LoadReport; memory: readonly number[]; frames: number }>;
type Readers = Readonly<{ fast: Clients; watched: Clients }>;

/** A busy queue for `seconds`: states change in every frame, and each frame has an occurrence with a stamp. */
async function playBusyQueue(
  ours: Subject,
  { fast, watched }: Readers,
  seconds: number,
  others: readonly Clients[],
): Promise<Phase> {
  for (const group of [fast, watched, ...others]) await group.reset(true);
  const memory: number[] = [];
  const frames = seconds * framesPerSecond;
  const began = performance.now();
  for (let frame = 0; frame < frames; frame++) {
    const due = began + (frame * 1000) / framesPerSecond;
    await sleep(Math.max(0, due - performance.now()));
    const states = Array.from({ length: eventsPerFrame - 1 }, nextState);
    await ours.publish([...states, occurrence(stamp())]);
    if (frame % framesPerSecond === 0) memory.push(memoryOf(ours.pid));
  }
  await sleep(Math.min(1_000, seconds * 100));
  return { fast: await fast.report(), watched: await watched.report(), memory, frames };
}

type Fate = Readonly<{
  name: string;
  report: LoadReport;
  /** How much each client had read when the load ended. */
  readBytes: number;
  /** How many clients did not receive the marker in the end. */
  missing: number;
}>;

async function openSlow(group: (count: number, more: Partial<Group>) => Group): Promise<Clients[]> {
  const slow: Clients[] = [];
  for (const { count, more } of kinds)
    slow.push(await openClients([group(count, { ...more, resumes: true, mirrors: true })]));
  return slow;
}

/** Lets all slow clients read as fast as they can, until each has received what is published now. */
async function catchUp(ours: Subject, slow: readonly Clients[]): Promise<Fate[]> {
  const before = await Promise.all(slow.map((clients) => clients.report()));
  const marker = newMarker();
  const marked = slow.map((clients) => clients.awaitMarker(marker));
  for (const clients of slow) await clients.unthrottle();
  await ours.publish([occurrence(marker)]);
  const missing = await Promise.all(marked);
  const after = await Promise.all(slow.map((clients) => clients.report()));
  return kinds.flatMap(({ name, count }, index): Fate[] => {
    const [early, late] = [before[index], after[index]];
    if (!early || !late) return [];
    return [{ name, report: late, readBytes: early.bytes / count, missing: missing[index]?.missing ?? count }];
  });
}

/**
 * Measures the same load before, with, and after the slow clients, so that a drift over time is not attributed to them.
 */
async function measure(context: BenchContext) {
  const [plainSeconds, slowSeconds] = context.quick ? [1, 2] : [10, 20];
  const ours = await startOurs();
  const url = ours.url("queues=q0&agents=*");
  const group = (count: number, more: Partial<Group> = {}): Group => ({
    urls: [url],
    count,
    token: ours.token,
    acknowledges: true,
    ...more,
  });
  const readers: Readers = {
    fast: await openClients([group(clients - slowCount - watchedCount)]),
    watched: await openClients([group(watchedCount, { mirrors: true })]),
  };
  /** Reading clients in place of the slow ones. */
  const openRest = () => openClients([group(slowCount)]);
  let rest = await openRest();
  context.log("warm-up");
  if (!context.quick) await playBusyQueue(ours, readers, 5, [rest]);
  context.log("200 clients read");
  const before = await playBusyQueue(ours, readers, plainSeconds, [rest]);
  rest.stop();
  const slow = await openSlow(group);
  context.log("180 clients read, 20 are slow");
  const during = await playBusyQueue(ours, readers, slowSeconds, slow);
  context.log("the slow clients catch up");
  const fates = await catchUp(ours, slow);
  const expected = digestOf(latest.values());
  for (const group of slow) group.stop();
  rest = await openRest();
  context.log("200 clients read, again");
  const after = await playBusyQueue(ours, readers, plainSeconds, [rest]);
  for (const group of [readers.fast, readers.watched, rest]) group.stop();
  await ours.stop();
  return { before, during, after, fates, expected, expectedAfter: digestOf(latest.values()) };
}

const largest = (bytes: readonly number[]) => Math.max(...bytes);
const missedOf = ({ stampCounts }: LoadReport, frames: number) =>
  stampCounts.reduce((sum, count) => sum + Math.max(0, frames - count), 0);

type Measured = Awaited<ReturnType<typeof measure>>;

/** Over all clients: lost and duplicate occurrences, and wrong states in the end. */
function judge({ before, during, after, fates, expected, expectedAfter }: Measured) {
  const readers = [before, during, after].flatMap(({ fast, watched, frames }) => [
    { report: fast, frames },
    { report: watched, frames },
  ]);
  const slow = fates.map(({ report }) => ({ report, frames: during.frames }));
  const all = [...readers, ...slow];
  const wrong =
    fates.flatMap(({ report }) => report.mirrors).filter((digest) => digest !== expected).length +
    after.watched.mirrors.filter((digest) => digest !== expectedAfter).length;
  return {
    missed: all.reduce((sum, { report, frames }) => sum + missedOf(report, frames), 0),
    duplicates: all.reduce((sum, { report }) => sum + report.duplicates, 0),
    wrong,
    behind: fates.reduce((sum, { missing }) => sum + missing, 0),
    readersClosed: readers.reduce((sum, { report }) => sum + Object.values(report.closed).length, 0),
  };
}

/** @throws if the slow clients were not slow, because the benchmark would show nothing */
function checkSlow(fates: readonly Fate[], seconds: number): void {
  for (const { name, readBytes } of fates)
    if (readBytes > stoppedBytes + seconds * 2_000)
      throw new Error(`not slow: "${name}" had read ${Math.round(readBytes)} bytes each`);
}

function endOf({ report }: Fate): string {
  const closed = Object.entries(report.closed).map(([code, count]) => `${count} × ${code}`);
  return closed.length > 0 ? `closed ${closed.join(", ")}, resumed` : "held, continued on the same connection";
}

async function run(context: BenchContext): Promise<Report> {
  const measured = await measure(context);
  const { before, during, after, fates, expected } = measured;
  const seconds = during.frames / framesPerSecond;
  checkSlow(fates, seconds);
  const { missed, duplicates, wrong, behind, readersClosed } = judge(measured);
  const plain = [...before.fast.latencies, ...after.fast.latencies];
  const ratio = (rank: number) => percentile(during.fast.latencies, rank) / percentile(plain, rank);
  const [p50, p99] = [ratio(0.5), ratio(0.99)];
  const memories = [before, during, after].map(({ memory }) => largest(memory));
  const row = (name: string, { fast, memory }: Phase) => [
    name,
    percentile(fast.latencies, 0.5).toFixed(2),
    percentile(fast.latencies, 0.99).toFixed(2),
    memory
      .filter((_, index) => index % 5 === 0)
      .map(megabytes)
      .join(", "),
    megabytes(largest(memory)),
  ];
  return {
    method: [
      `${clients} clients of one queue, ${eventsPerFrame * framesPerSecond} events a second; then for ${seconds} s the same with ${slowCount} slow ones, which finally read as fast as they can; then once more with ${clients} that read. Latency is from the uplink's push to the client's socket; an occurrence in each frame carries the time. The reading clients received ${(during.fast.bytes / during.fast.stampCounts.length / 2 ** 20).toFixed(1)} MB each while the others were slow. All occurrences of all clients are counted. The states of all slow clients and of ${watchedCount} others are compared with what was published.`,
    ],
    tables: [
      {
        title: "The reading clients",
        columns: ["", "p50 ms", "p99 ms", "memory of workerd every 5 s, MB", "largest, MB"],
        rows: [
          row("200 read", before),
          row("180 read, 20 are slow", during),
          row("200 read, again", after),
          ["ratio of the second to the others", p50.toFixed(2), p99.toFixed(2), "", ""],
        ],
      },
      {
        title: `The slow ones, of ${during.frames} occurrences each`,
        columns: ["", "KB read while slow", "right states", "occurrences missed", "twice", "what became of them"],
        rows: fates.map((fate) => [
          `${fate.name} (${fate.report.stampCounts.length})`,
          Math.round(fate.readBytes / 1024),
          `${fate.report.mirrors.filter((digest) => digest === expected).length} of ${fate.report.stampCounts.length}`,
          missedOf(fate.report, during.frames),
          fate.report.duplicates,
          endOf(fate),
        ]),
      },
    ],
    targets: [
      {
        goal: "the reading clients' latency stays flat (p50 and p99 within 1.25 ×)",
        seen: `p50 ${p50.toFixed(2)} ×, p99 ${p99.toFixed(2)} ×`,
        met: p50 <= 1.25 && p99 <= 1.25,
      },
      {
        goal: "memory of workerd stays flat while some are slow (within 1.25 ×)",
        seen: `${memories.map((bytes) => `${megabytes(bytes)} MB`).join(", then ")}; the last after the slow clients had caught up`,
        met: largest(during.memory) <= largest(before.memory) * 1.25,
      },
      {
        goal: "every client receives every occurrence once and has the right states in the end",
        seen: `${missed} missed, ${duplicates} duplicates, ${wrong} with wrong states, ${behind} not caught up, ${readersClosed} readers closed`,
        met: missed + duplicates + wrong + behind + readersClosed === 0,
      },
    ],
    findings: [
      "Memory also grows from the first to the last phase of a run without slow clients (once: 214, 217, 253 MB), as the site's log fills. With slow ones it was 274 MB in the last phase, after twenty had caught up at once. It does not grow without bound: see the eight rounds of the fan-out.",
    ],
  };
}

export const bench: Bench = { title: "Slow clients", run };
