/** The monthly cost of a call center at Cloudflare, derived from the worker's counters for one call. */
import type { Bench, BenchContext, Report } from "../bench.ts";
import { startChain } from "../edge/chain.ts";
import { openClients } from "../edge/clients.ts";
import { playDay } from "../edge/day.ts";
import { billOf, type Month, totalOf } from "./prices.ts";

/** A month has 22 days of 10 hours. Half of the agents have their page open, and five supervisors a wallboard. */
const hours = 220;
const callsPerAgentHour = 8;
const boards = 5;
/**
 * For handling one event in an object. The platform bills wall-clock time, most of which is waiting for the disk and
 * for other objects.
 */
const secondsPerHandling = 0.01;
/**
 * A frame of the uplink writes one row of the log, and its later deletion is billed as well (`log.test.ts` counts
 * them). A checkpoint adds a few rows per thousand frames.
 */
const rowsPerFrame = 2.01;
/** The alarm that supervises the uplink. Setting it is billed as a row, and its invocation as a request. */
const alarmsPerHour = 3_600 / 25;

type PerCall = Readonly<{
  frames: number;
  deliveries: number;
  clientFrames: number;
  clientBytes: number;
  acknowledgements: number;
  joins: number;
}>;
type Center = Readonly<{ agents: number; queues: number; perCall: PerCall }>;

async function measure(agents: number, { quick, log }: BenchContext): Promise<Center> {
  const queues = Math.max(2, Math.round(agents / 10));
  const chain = await startChain({ agents, queues, queuesPerAgent: 5 });
  const pages = Array.from({ length: agents / 2 }, (_, index) =>
    chain.url("").replace("/events?", `/agents/${1000 + index * 2}/events`),
  );
  const common = { token: chain.token, acknowledges: true };
  const clients = await openClients([
    { urls: [chain.url("agents=*&queues=*&summary=1")], count: boards, ...common },
    { urls: pages, count: 1, ...common },
  ]);
  await clients.reset(false);
  // The center's real rate of calls. At a higher rate more events would share a frame.
  const callsPerSecond = (agents * callsPerAgentHour) / 3_600;
  const done = await playDay(chain, { agents, callsPerSecond, seconds: quick ? 5 : 40, talkMs: 5_000 });
  const { frames, bytes, acknowledgements } = await clients.report();
  clients.stop();
  await chain.stop();
  log(`${agents} agents: ${done.calls} calls`);
  const of = (count: number) => count / done.calls;
  const { counted } = done;
  return {
    agents,
    queues,
    perCall: {
      frames: of(counted.frames ?? 0),
      deliveries: of(counted.deliveries ?? 0),
      joins: of(counted.joins ?? 0),
      clientFrames: of(frames),
      clientBytes: of(bytes),
      acknowledgements: of(acknowledgements),
    },
  };
}

/** `acknowledgesEach`: as if clients acknowledged each frame. */
function monthOf({ agents, perCall }: Center, acknowledgesEach = false): Month {
  const calls = agents * callsPerAgentHour * hours;
  const clients = agents / 2 + boards;
  const frames = calls * perCall.frames;
  const deliveries = calls * perCall.deliveries;
  const acknowledgements = calls * (acknowledgesEach ? perCall.clientFrames : perCall.acknowledgements);
  // Each client connects twice a day: a ticket (two requests to its object), the worker, the scope object, a join at
  // the site.
  const connections = clients * 2 * 22;
  return {
    workerRequests: connections * 2,
    objectRequests: deliveries + connections * 4 + 730 * alarmsPerHour,
    incomingMessages: frames + acknowledgements,
    rowsWritten: frames * rowsPerFrame + connections * 4 + 730 * alarmsPerHour,
    rowsRead: frames + connections * 300,
    objectSeconds: (frames + deliveries + acknowledgements) * secondsPerHandling,
    storedGb: 0.05,
  };
}

const dollars = (value: number) => `$${value.toFixed(2)}`;
const millions = (value: number) => (value / 1e6).toFixed(2);

async function run(context: BenchContext): Promise<Report> {
  const centers = [await measure(100, context)];
  if (!context.quick) for (const agents of [300, 1_000]) centers.push(await measure(agents, context));
  const bills = centers.map((center) => billOf(monthOf(center)));
  const parts = Object.keys(bills[0] ?? {}) as (keyof (typeof bills)[number])[];
  return {
    method: [
      `From the counters of a busy site: ${callsPerAgentHour} calls per agent and hour, ${hours} hours a month; every second agent has a page open, ${boards} supervisors have a wallboard with summaries. Prices as published in November 2026, for one site alone in its account; all sites of an account share what is included (10 M requests, 1 M object requests, 400,000 GB-s, 50 M rows). Handling one event counts as ${secondsPerHandling * 1000} ms of an object's time: an assumption, not a measurement of Cloudflare.`,
    ],
    tables: [
      {
        title: "For one call",
        columns: ["seats", "uplink frames", "deliveries to objects", "frames to clients", "KB to clients"],
        rows: centers.map(({ agents, perCall }) => [
          agents,
          perCall.frames.toFixed(1),
          perCall.deliveries.toFixed(1),
          perCall.clientFrames.toFixed(1),
          (perCall.clientBytes / 1000).toFixed(1),
        ]),
      },
      {
        title: "A month, in millions",
        columns: [
          "seats",
          "calls",
          "object requests",
          "incoming messages",
          "the same, if clients acknowledged each frame",
          "rows written",
          "object seconds",
        ],
        rows: centers.map((center) => {
          const month = monthOf(center);
          return [
            center.agents,
            millions(center.agents * callsPerAgentHour * hours),
            millions(month.objectRequests),
            millions(month.incomingMessages),
            millions(monthOf(center, true).incomingMessages),
            millions(month.rowsWritten),
            millions(month.objectSeconds),
          ];
        }),
      },
      {
        title: "The bill",
        columns: ["", ...centers.map(({ agents }) => `${agents} seats`)],
        rows: [
          ...parts.map((part) => [part, ...bills.map((bill) => dollars(bill[part]))]),
          ["**a month**", ...bills.map((bill) => `**${dollars(totalOf(bill))}**`)],
          [
            "a month, beyond the first site of an account",
            ...centers.map((center) => dollars(beyondIncluded(monthOf(center)))),
          ],
        ],
      },
    ],
    plots: [
      {
        title: "A month, beyond the first site of an account",
        xLabel: "seats",
        yLabel: "$",
        xs: centers.map(({ agents }) => agents),
        ys: centers.map((center) => Number(beyondIncluded(monthOf(center)).toFixed(2))),
      },
    ],
    targets: [],
    findings: [
      "What drives the cost: deliveries to objects (one for each object that a frame concerns) and rows (two per frame: written once, deleted once). Both grow with the number of frames, not of events; gathering (ST5) keeps them low when much happens.",
      "What lowered the cost: clients acknowledge the last of several frames, a second after the first or after 16 KB, instead of each. Whatever must survive besides the log is in the log's own rows, which saves one of three rows per frame. Idle objects hibernate, and pings are answered without waking them. Acknowledging by amount alone was tried and reverted: a server that counts unacknowledged bytes in coarse steps can then wait forever for the last few.",
    ],
  };
}

/** The cost of one more site in an account that has used up the included amounts. */
function beyondIncluded(month: Month): number {
  return (
    (month.workerRequests * 0.3 +
      (month.objectRequests + month.incomingMessages / 20) * 0.15 +
      month.objectSeconds * 0.128 * 12.5 +
      month.rowsWritten +
      month.rowsRead * 0.001) /
    1e6
  );
}

export const bench: Bench = { title: "Cost", run };
