/** What clients that do not read, or read a kilobyte a second, do to the others (ST4), and what becomes of themselves. */
import { setTimeout as sleep } from "node:timers/promises";
import { Event } from "@pbxis/shared";
import { type Bench, type BenchContext, percentile, type Report } from "../bench.ts";
import type { Group } from "../edge/load.ts";
import { type Loader, startLoader } from "../edge/loader.ts";
import { type Subject, startOurs } from "../edge/publisher.ts";
import { memoryOf } from "../edge/worker.ts";

const clients = 200;
const slowEach = 10;
/** One event of a frame is stamped, so that reading stamps costs the clients next to nothing. A client is sent some 8 MB in all, more than any window. */
const eventsPerFrame = 100;
const framesPerSecond = 20;
const stamp = () => `t${Math.round((performance.timeOrigin + performance.now()) * 1000)}`;

let serial = 0;
/** Each another agent's: of one state the uplink would tell the last value only. */
const state = (_: unknown, index: number): Event =>
  Event.parse({
    type: "queueMemberStatus",
    agent: `${1000 + index}`,
    queue: "q0",
    status: "not_inuse",
    deviceStatus: "not_inuse",
    pausedReason: null,
    penalty: ++serial,
    since: 1_763_890_000_000,
    at: 1_763_890_000_000,
  });
const occurrence = (actionId: string): Event => ({
  type: "originateFailed",
  actionId,
  reason: "busy",
  at: 1_763_890_000_000,
});

type Phase = Readonly<{ latencies: readonly number[]; memory: readonly number[]; stamps: number }>;

/** A busy queue for `seconds`: states that change all the time, and an occurrence with a stamp in each frame. */
async function busy(ours: Subject, fast: Loader, seconds: number, others: readonly Loader[]): Promise<Phase> {
  for (const loader of [fast, ...others]) await loader.ask({ kind: "reset", stamps: true }, "done");
  const memory: number[] = [];
  const frames = seconds * framesPerSecond;
  const began = performance.now();
  for (let frame = 0; frame < frames; frame++) {
    const due = began + (frame * 1000) / framesPerSecond;
    await sleep(Math.max(0, due - performance.now()));
    const states = Array.from({ length: eventsPerFrame - 1 }, state);
    await ours.publish([...states, occurrence(stamp())]);
    if (frame % framesPerSecond === 0) memory.push(memoryOf(ours.pid));
  }
  await sleep(500);
  const { latencies } = await fast.ask({ kind: "tell" }, "told");
  return { latencies, memory, stamps: frames };
}

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

async function run(context: BenchContext): Promise<Report> {
  const seconds = context.quick ? 2 : 20;
  const ours = await startOurs();
  const url = ours.url("queues=q0&agents=*");
  const group = (count: number, more: Partial<Group> = {}): Group => ({
    urls: [url],
    count,
    token: ours.token,
    ackBytes: 64 * 1024,
    ...more,
  });
  const [fast, rest, still, crawling, silent] = [
    startLoader(),
    startLoader(),
    startLoader(),
    startLoader(),
    startLoader(),
  ];
  await fast.ask({ kind: "open", groups: [group(clients - 2 * slowEach)] }, "opened");
  await rest.ask({ kind: "open", groups: [group(2 * slowEach)] }, "opened");
  context.log("warm-up");
  await busy(ours, fast, context.quick ? 1 : 5, [rest]);
  context.log("200 that read");
  const before = await busy(ours, fast, seconds, [rest]);
  await rest.ask({ kind: "close" }, "done");
  // Those that acknowledge are held to their window; those that never do are cut and come back by their cursor.
  await still.ask({ kind: "open", groups: [group(slowEach / 2, { bytesPerSecond: 0, resumes: true })] }, "opened");
  await silent.ask(
    { kind: "open", groups: [group(slowEach / 2, { bytesPerSecond: 0, resumes: true, ackBytes: null })] },
    "opened",
  );
  await crawling.ask({ kind: "open", groups: [group(slowEach, { bytesPerSecond: 1_000, resumes: true })] }, "opened");
  const slow = [still, silent, crawling];
  context.log("180 that read, 5 that stopped reading, 5 that also never acknowledge, 10 at 1 KB/s");
  const during = await busy(ours, fast, seconds, slow);
  context.log("the slow ones read again");
  const marker = `end-${++serial}`;
  const seen = slow.map((loader) => loader.ask({ kind: "await", marker, timeoutMs: 60_000 }, "seen"));
  for (const loader of slow) await loader.ask({ kind: "hurry" }, "done");
  await ours.publish([occurrence(marker)]);
  const behind = await Promise.all(seen);
  const told = await Promise.all(slow.map((loader) => loader.ask({ kind: "tell" }, "told")));
  const memoryAfter = memoryOf(ours.pid);
  for (const loader of [fast, rest, ...slow]) loader.stop();
  await ours.stop();

  const names = [
    `stopped reading (${slowEach / 2})`,
    `stopped reading, never acknowledge (${slowEach / 2})`,
    `1 KB/s (${slowEach})`,
  ];
  const losses = told.flatMap(({ seen: each }) => each.map((count) => during.stamps - count));
  const missed = losses.reduce((sum, loss) => sum + Math.max(0, loss), 0);
  const doubled = told.reduce((sum, one) => sum + one.doubled, 0);
  const [a50, a99] = [percentile(before.latencies, 0.5), percentile(before.latencies, 0.99)];
  const [b50, b99] = [percentile(during.latencies, 0.5), percentile(during.latencies, 0.99)];
  const peaks = [Math.max(...before.memory), Math.max(...during.memory)];
  return {
    method: [
      `${clients} clients of one queue, ${eventsPerFrame * framesPerSecond} events a second for ${seconds} s; then the same with ${2 * slowEach} of them slow, and at last these read as fast as they can. Latency is from the uplink's push to the client's socket; an occurrence in each frame carries the time.`,
    ],
    tables: [
      {
        title: "The others",
        columns: ["", "p50 ms", "p99 ms", "memory of workerd, MB, largest"],
        rows: [
          ["200 read", a50.toFixed(2), a99.toFixed(2), megabytes(peaks[0] ?? 0)],
          ["180 read, 20 are slow", b50.toFixed(2), b99.toFixed(2), megabytes(peaks[1] ?? 0)],
          ["ratio", (b50 / a50).toFixed(2), (b99 / a99).toFixed(2), ((peaks[1] ?? 0) / (peaks[0] ?? 1)).toFixed(2)],
        ],
      },
      {
        title: `The slow ones, of ${during.stamps} occurrences each`,
        columns: ["", "had all in the end", "occurrences missed", "twice", "closed with resume_now (4408)"],
        rows: told.map((one, index) => [
          names[index] ?? "",
          `${one.seen.filter((count) => count >= during.stamps).length} of ${one.seen.length}`,
          one.seen.reduce((sum, count) => sum + Math.max(0, during.stamps - count), 0),
          one.doubled,
          JSON.stringify(one.closed),
        ]),
      },
    ],
    targets: [
      {
        goal: "the others' latency stays flat (p50 and p99 within 1.25 ×)",
        seen: `p50 ${(b50 / a50).toFixed(2)} ×, p99 ${(b99 / a99).toFixed(2)} ×`,
        met: b50 <= a50 * 1.25 && b99 <= a99 * 1.25,
      },
      {
        goal: "memory of workerd stays flat (within 1.25 ×)",
        seen: `${megabytes(peaks[0] ?? 0)} MB, then ${megabytes(peaks[1] ?? 0)} MB; ${megabytes(memoryAfter)} MB in the end`,
        met: (peaks[1] ?? 0) <= (peaks[0] ?? 0) * 1.25,
      },
      {
        goal: "the slow ones get every occurrence once",
        seen: `${missed} missed, ${doubled} twice, ${behind.reduce((sum, { missing }) => sum + missing, 0)} not caught up`,
        met: missed === 0 && doubled === 0 && behind.every(({ missing }) => missing === 0),
      },
    ],
  };
}

export const bench: Bench = { title: "Slow clients", run };
