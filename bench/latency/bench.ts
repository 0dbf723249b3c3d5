/**
 * How long an event takes from AMI's byte to a client's socket, compared with the simplest servers that could deliver
 * it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SiteEvent } from "@pbxis/shared";
import { type Bench, type BenchContext, percentile, type Report } from "../bench.ts";
import { startChain } from "../edge/chain.ts";
import { type Clients, openClients } from "../edge/clients.ts";
import {
  type Relayed,
  startBareNode,
  startBareObject,
  startOurs,
  startReference,
  startRelayed,
} from "../edge/publisher.ts";
import { sampleTime, stamp } from "../edge/sample-events.ts";

const agents = 1_000;
const rates = [1, 100, 1_000] as const;
const quickRates = [1, 100] as const;
const ranks = [0.5, 0.99, 0.999] as const;
const clients = 5;
const maxWaitMs = 10_000;
/** Events before the measurement, at 1,000 a second: the code of a site that has been up for an hour is not new. */
const warmUpEvents = 3_000;

type Source = Readonly<{
  name: string;
  /** Causes one event with that stamp. */
  send: (index: number, stamp: string) => void;
  url: string;
  token: string | null;
  acknowledges: boolean;
}>;

const sameHops = "TCP, a relay in Node, two bare objects that store";
/** What pbxis-edge is compared with: the same promises over the same hops. */
const reference = "the same with numbers, positions and resume";

type Latencies = Readonly<{ latencies: readonly number[]; events: number; missing: number }>;

/** Measures events that come evenly, `perSecond`, beginning after `delayMs`. */
async function measure(source: Source, perSecond: number, seconds: number, delayMs = 0): Promise<Latencies> {
  const { send, url, token, acknowledges } = source;
  const opened = await openClients([{ urls: [url], count: clients, token, acknowledges }]);
  await sleep(300);
  await opened.reset(true);
  await sleep(delayMs);
  const began = performance.now();
  const total = perSecond * seconds;
  for (let index = 0; index < total; ) {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond) + 1;
    for (; index < Math.min(due, total); index++) send(index, stamp());
    await sleep(perSecond > 100 ? 1 : Math.min(1000 / perSecond, 10));
  }
  const { latencies, missing } = await reportOf(opened, total);
  opened.stop();
  if (missing > 0.01 * total * clients)
    throw new Error(`${source.name}: ${missing} of ${total * clients} events did not arrive`);
  return { latencies, events: total, missing };
}

/** Waits for late events, so that those of a slow server count as late and not as lost. */
async function reportOf(opened: Clients, total: number): Promise<Omit<Latencies, "events">> {
  const end = performance.now() + maxWaitMs;
  for (;;) {
    await sleep(500);
    const { latencies, stampCounts } = await opened.report();
    const missing = stampCounts.reduce((sum, count) => sum + total - count, 0);
    if (missing === 0 || performance.now() > end) return { latencies, missing };
  }
}

/**
 * Measures the sources in turns, so that a disturbance of the machine affects all of them. At one event a second they
 * run at the same time, so that there are enough events.
 */
async function measureAll(
  sources: readonly Source[],
  perSecond: number,
  quick: boolean,
): Promise<Map<string, Latencies>> {
  const found = new Map<string, Latencies>();
  const add = ({ name }: Source, { latencies, events, missing }: Latencies) => {
    const before = found.get(name) ?? { latencies: [], events: 0, missing: 0 };
    found.set(name, {
      latencies: [...before.latencies, ...latencies],
      events: before.events + events,
      missing: before.missing + missing,
    });
  };
  if (perSecond === 1 || quick) {
    const all = sources.map((source, index) =>
      measure(source, perSecond, quick ? 1 : 24, (index * 1000) / sources.length),
    );
    for (const [index, seen] of (await Promise.all(all)).entries()) add(sources[index] as Source, seen);
    return found;
  }
  for (let round = 0; round < 3; round++)
    for (const source of sources) add(source, await measure(source, perSecond, 2));
  return found;
}

/** No percentile is shown if there are too few events: it would be the largest value. */
function shown({ latencies, events }: Latencies, rank: number): string {
  return events * (1 - rank) < 0.99 ? "–" : percentile(latencies, rank).toFixed(2);
}

function compare(ours: Latencies, other: Latencies, rank: number): string {
  return ours.events * (1 - rank) < 0.99
    ? "–"
    : (percentile(ours.latencies, rank) / percentile(other.latencies, rank)).toFixed(2);
}

/** How much each stage adds to the one before it, in the order of an event's path. */
function stagesOf(seen: readonly Latencies[]): string[] {
  const [ours = 0, uplink = 0, least = 0, storing = 0, pair = 0] = seen.map(({ latencies }) =>
    percentile(latencies, 0.5),
  );
  return [least, storing - least, pair - storing, uplink - pair, ours - uplink].map((ms) => ms.toFixed(2));
}

async function run({ quick, log }: BenchContext): Promise<Report> {
  const chain = await startChain({ agents, queues: 1, queuesPerAgent: 1 });
  const uplink = await startOurs();
  const object = await startBareObject();
  const storing = await startBareObject({ kind: "relay", stores: true });
  const pair = await startBareObject({ kind: "spread", stores: true });
  const relayed = await startRelayed();
  const promising = await startReference();
  const node = await startBareNode();
  const published = (index: number, pausedReason: string): SiteEvent[] => [
    {
      type: "queueMemberStatus",
      agent: `${1000 + (index % agents)}`,
      queue: "q0",
      status: "paused",
      deviceStatus: "not_inuse",
      pausedReason,
      penalty: 0,
      since: sampleTime,
      at: sampleTime,
    } as SiteEvent,
  ];
  const without = (name: string, subject: Relayed): Source => ({
    name,
    send: (index, text) => subject.enqueue(published(index, text)),
    url: subject.url("queues=q0&agents=*"),
    token: subject.token,
    acknowledges: subject.acknowledges,
  });
  const sources: readonly Source[] = [
    {
      name: "pbxis-edge",
      send: (index, text) => chain.pbx.pause(index % agents, text),
      url: chain.url("queues=q0&agents=*"),
      token: chain.token,
      acknowledges: true,
    },
    without("the same from the uplink on", uplink),
    without("bare object", object),
    without("bare object that stores", storing),
    without("two bare objects that store", pair),
    without(sameHops, relayed),
    without(reference, promising),
    without("two ws hops in Node", node),
  ];
  const rows: (string | number)[][] = [];
  const stages: (string | number)[][] = [];
  const ratios: { p50: number; p99: number | null }[] = [];
  const medians: number[] = [];
  let missing = 0;
  if (!quick) for (const source of sources) await measure(source, 1_000, warmUpEvents / 1_000);
  for (const perSecond of quick ? quickRates : rates) {
    const found = await measureAll(sources, perSecond, quick);
    const of = (name: string) => found.get(name) ?? { latencies: [], events: 0, missing: 0 };
    const [ours, least] = [of("pbxis-edge"), of("bare object")];
    const [durable, pairing, promise] = [of("bare object that stores"), of(sameHops), of(reference)];
    stages.push([perSecond, ...stagesOf(sources.map(({ name }) => of(name)))]);
    missing += ours.missing;
    medians.push(Number(percentile(ours.latencies, 0.5).toFixed(2)));
    const ratio = (rank: number) => percentile(ours.latencies, rank) / percentile(promise.latencies, rank);
    ratios.push({ p50: ratio(0.5), p99: ours.events >= 100 ? ratio(0.99) : null });
    for (const { name } of sources) rows.push([perSecond, name, ...ranks.map((rank) => shown(of(name), rank))]);
    rows.push([perSecond, "pbxis-edge to the bare object", ...ranks.map((rank) => compare(ours, least, rank))]);
    rows.push([perSecond, "pbxis-edge to the one that stores", ...ranks.map((rank) => compare(ours, durable, rank))]);
    rows.push([perSecond, "pbxis-edge to the same hops", ...ranks.map((rank) => compare(ours, pairing, rank))]);
    rows.push([perSecond, "pbxis-edge to the same promises", ...ranks.map((rank) => compare(ours, promise, rank))]);
    log(`${perSecond} events/s: p50 ${ratio(0.5).toFixed(2)} ×, p99 ${ratio(0.99).toFixed(2)} × of the same promises`);
  }
  await Promise.all([chain, uplink, object, storing, pair, relayed, promising, node].map((one) => one.stop()));
  const worst = { p50: Math.max(...ratios.map(({ p50 }) => p50)), p99: Math.max(...ratios.map(({ p99 }) => p99 ?? 0)) };
  return {
    method: [
      `Each event carries its time. An event of pbxis-edge goes from a PBX's AMI socket through the connector and the worker, where it is durable before it is delivered, to ${clients} clients. The bare object and the relay in Node (a publisher, a server, a client) get the same event as JSON and forward it, keeping nothing. The *bare object that stores* first puts each message into one row of its storage, so that it is durable before it is delivered, as with pbxis-edge. *Two bare objects that store* are arranged as ours are: one puts each message into its storage, then calls the other, which has the clients. *TCP, a relay in Node, two bare objects that store* has all the hops of pbxis-edge, too: the publisher writes a line to a TCP socket, a process in Node reads it and sends it to the two objects. *The same with numbers, positions and resume* also promises the same, and is what pbxis-edge must be within 1.25 × of: the relay numbers the events and keeps them until they are acknowledged, the first object drops those that it has, and the second keeps each client's position with its socket, reads the log if it misses something, and lets a client resume. It checks no event, knows no filter but the queue, and has no window for slow clients. *The same from the uplink on* is pbxis-edge without the PBX and the connector's model: the publisher pushes its events into the uplink. Before the measurement each gets ${warmUpEvents.toLocaleString("en-US")} events, because a site's code is seldom new. Three rounds, alternating; at one event a second all run at once, each at another part of the second.`,
    ],
    tables: [
      { title: "Latency in ms", columns: ["events/s", "", "p50", "p99", "p99.9"], rows },
      {
        title: "Where the time goes: differences of the medians, in ms",
        columns: [
          "events/s",
          "publisher, object, client",
          "write to disk",
          "second object",
          "the rest of pbxis-edge",
          "AMI",
        ],
        rows: stages,
      },
    ],
    plots: [
      { title: "Latency, p50", xLabel: "events/s", yLabel: "ms", xs: rates.slice(0, medians.length), ys: medians },
    ],
    targets: [
      {
        goal: "p50 within 1.25 × of what promises the same over the same hops",
        seen: `${worst.p50.toFixed(2)} × at worst`,
        met: worst.p50 <= 1.25,
      },
      {
        goal: "p99 within 1.25 × of what promises the same over the same hops",
        seen: `${worst.p99.toFixed(2)} × at worst`,
        met: worst.p99 <= 1.25,
      },
    ],
    findings: [
      `${missing} of our events did not arrive. (If an agent's state changes again before the uplink could send it, only the last value is sent: EV11.)`,
      "Durable before delivery means a write that the disk confirms: exactly one per frame, as a trace of system calls shows, of one page as a rule; the bare objects that store have the same. On a busy disk it is nearly all of the latency, and its noise decides.",
      "With the storage in memory, 100 events a second take 1.4–1.5 × as long as what promises the same (2.7 and 1.8 ms in the median, on a machine with other load). The promises cost that one nothing that could be measured. A trace of system calls shows where the difference of 0.9 ms is: about 0.4 ms between the arrival of a frame and its first SQL statement (its check, the comparison with the states, the day's statistics), 0.2 ms in the SQL transaction and the rest of the turn, 0.2 ms between the write and the first client, and the rest in the connector, whose 0.4 ms an event are spread thinly over AMI's packet, the model and the uplink.",
      "At few events a second the caches are cold, and what counts is how much code an event passes through. To skip the check of a frame's events against the schema would save 7 %: without permission to compile schemas, zod interprets them. To plan no alarm in a frame's turn would save 3 %, and to save the clients' positions later 2 %, which is within the noise.",
      "Of the remainder, the second object is what lets a site have ten thousand clients on many objects; the rest is checking, comparing with the states, routes and positions. One frame is in flight on the uplink. At 1,000 events a second, events that arrive meanwhile wait for the acknowledgement, whereas bare objects that store fall behind, because they store each event separately.",
      "What did not win: writing the site's position into the log's row, instead of a second row in the same transaction (2 % of the median); passing deliveries on as text (it wins for large frames, see fan-out).",
    ],
  };
}

export const bench: Bench = { title: "Latency", run };
