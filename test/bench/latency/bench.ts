/** How long an event takes from AMI's byte to a client's socket, against the least that could carry it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "@pbxis/shared";
import { type Bench, type BenchContext, percentile, type Report } from "../bench.ts";
import { startChain } from "../edge/chain.ts";
import { startLoader } from "../edge/loader.ts";
import { startBareNode, startBareObject } from "../edge/publisher.ts";

const agents = 1_000;
const rates = [1, 100, 1_000] as const;
const clients = 5;
const stamp = () => `t${Math.round((performance.timeOrigin + performance.now()) * 1000)}`;

type Source = Readonly<{
  name: string;
  say: (index: number, stamp: string) => void;
  url: string;
  token: string | null;
  acknowledges: boolean;
}>;

/** Latencies in ms of events that come `perSecond` times a second, evenly. */
async function measure(
  { say, url, token, acknowledges }: Source,
  perSecond: number,
  seconds: number,
): Promise<number[]> {
  const loader = startLoader();
  await loader.ask(
    { kind: "open", groups: [{ urls: [url], count: clients, token, ackBytes: acknowledges ? 64 * 1024 : null }] },
    "opened",
  );
  await sleep(300);
  await loader.ask({ kind: "reset", stamps: true }, "done");
  const began = performance.now();
  const total = perSecond * seconds;
  for (let index = 0; index < total; ) {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond) + 1;
    for (; index < Math.min(due, total); index++) say(index, stamp());
    await sleep(perSecond > 100 ? 1 : Math.min(1000 / perSecond, 10));
  }
  await sleep(500);
  const { latencies, seen } = await loader.ask({ kind: "tell" }, "told");
  loader.stop();
  const missing = seen.reduce((sum, count) => sum + total - count, 0);
  if (missing > 0.01 * total * clients) throw new Error(`${missing} of ${total * clients} events did not arrive`);
  return latencies;
}

async function run({ quick, log }: BenchContext): Promise<Report> {
  const chain = await startChain({ agents, queues: 1, queuesPerAgent: 1 });
  const [object, node] = [await startBareObject(), await startBareNode()];
  const published = (index: number, pausedReason: string): Event[] => [
    {
      type: "queueMemberStatus",
      agent: `${1000 + (index % agents)}`,
      queue: "q0",
      status: "paused",
      deviceStatus: "not_inuse",
      pausedReason,
      penalty: 0,
      since: 1,
      at: 1,
    } as Event,
  ];
  const sources: readonly Source[] = [
    {
      name: "pbxis-edge",
      say: (index, text) => chain.pbx.pause(index % agents, text),
      url: chain.url("queues=q0&agents=*"),
      token: chain.token,
      acknowledges: true,
    },
    {
      name: "bare object",
      say: (index, text) => void object.publish(published(index, text)),
      url: object.url(""),
      token: null,
      acknowledges: false,
    },
    {
      name: "two ws hops in Node",
      say: (index, text) => void node.publish(published(index, text)),
      url: node.url(""),
      token: null,
      acknowledges: false,
    },
  ];
  const rows: (string | number)[][] = [];
  const ratios: { p50: number; p99: number }[] = [];
  for (const source of sources) await measure(source, 100, quick ? 1 : 3);
  for (const perSecond of rates) {
    const found = new Map<string, number[]>();
    // In turns, so that what disturbs the machine for a while disturbs all.
    for (let round = 0; round < (quick ? 1 : 3); round++)
      for (const source of sources) {
        const seconds = quick ? 1 : perSecond === 1 ? 6 : 3;
        found.set(source.name, [...(found.get(source.name) ?? []), ...(await measure(source, perSecond, seconds))]);
      }
    const at = (name: string, rank: number) => percentile(found.get(name) ?? [], rank);
    const ratio = (rank: number) => at("pbxis-edge", rank) / at("bare object", rank);
    ratios.push({ p50: ratio(0.5), p99: ratio(0.99) });
    for (const { name } of sources)
      rows.push([perSecond, name, at(name, 0.5).toFixed(2), at(name, 0.99).toFixed(2), at(name, 0.999).toFixed(2)]);
    rows.push([
      perSecond,
      "ratio to the bare object",
      ratio(0.5).toFixed(2),
      ratio(0.99).toFixed(2),
      ratio(0.999).toFixed(2),
    ]);
    log(`${perSecond} events/s: p50 ${ratio(0.5).toFixed(2)} ×, p99 ${ratio(0.99).toFixed(2)} × of the bare object`);
  }
  await Promise.all([chain.stop(), object.stop(), node.stop()]);
  const worst = { p50: Math.max(...ratios.map(({ p50 }) => p50)), p99: Math.max(...ratios.map(({ p99 }) => p99)) };
  return {
    method: [
      `Each event carries its time. Ours goes from a PBX's AMI socket through the connector and the worker, where it is durable before it is told, to ${clients} clients; the bare object and the relay in Node (a publisher, a server, a client) get the same event as JSON and send it on, keeping nothing. In turns, three rounds.`,
    ],
    tables: [{ title: "Latency in ms", columns: ["events/s", "", "p50", "p99", "p99.9"], rows }],
    targets: [
      {
        goal: "p50 within 1.5 × of the bare object",
        seen: `${worst.p50.toFixed(2)} × at worst`,
        met: worst.p50 <= 1.5,
      },
      { goal: "p99 within 2 × of the bare object", seen: `${worst.p99.toFixed(2)} × at worst`, met: worst.p99 <= 2 },
    ],
    findings: [
      "What ours does on the way and the others do not: one process more (AMI to uplink), one object more (site to scope), and a write to disk before anything is told. On the uplink one frame is in flight: at 1,000 events a second what comes meanwhile waits for the acknowledgement.",
    ],
  };
}

export const bench: Bench = { title: "Latency", run };
