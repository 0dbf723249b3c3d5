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
 * A checkpoint of the log, with what is saved beside it, is written after a thousand rows. A measurement is too short to
 * have its share of them: 1.5 MB of states, twice because the old ones are deleted, sums and calls are about 20 rows.
 */
const rowsPerRow = 1.02;
/**
 * The sums of each queue and agent are written once for each hour with calls, and deleted once a day (ADR 23).
 */
const statisticsRowsPerName = hours + 22;
/**
 * A call of the list (AP13) takes the place of one that is too old. In a week with fewer calls than five weeks before
 * some of these are deleted instead.
 */
const deletedRowsPerCall = 0.1;
/** The alarm that supervises the uplink. Setting it is billed as a row, and its invocation as a request. */
const alarmsPerHour = 3_600 / 25;

type PerCall = Readonly<{
  frames: number;
  /** As the runtime counts them (AP10). */
  rows: number;
  alarms: number;
  deliveries: number;
  clientFrames: number;
  clientBytes: number;
  /** ms of the worker's and the connector's processes. */
  workerMs: number;
  connectorMs: number;
  acknowledgements: number;
  joins: number;
}>;
/** `hasFigures`: the wallboards show the day's figures (EV18, EV19), and the site lists its calls (AP13). */
type Center = Readonly<{ agents: number; queues: number; hasFigures: boolean; perCall: PerCall }>;

async function measure(agents: number, hasFigures: boolean, { quick, log }: BenchContext): Promise<Center> {
  const queues = Math.max(2, Math.round(agents / 10));
  const settings = hasFigures ? {} : { PBXIS_CALLS_DAYS: "0" };
  const chain = await startChain({ agents, queues, queuesPerAgent: 5 }, settings);
  const pages = Array.from({ length: agents / 2 }, (_, index) =>
    chain.url("").replace("/events?", `/agents/${1000 + index * 2}/events`),
  );
  const common = { token: chain.token, acknowledges: true };
  const clients = await openClients([
    { urls: [chain.url(`agents=*&queues=*&summary=1&statistics=${hasFigures ? 1 : 0}`)], count: boards, ...common },
    { urls: pages, count: 1, ...common },
  ]);
  await clients.reset(false);
  // The center's real rate of calls. At a higher rate more events would share a frame.
  const callsPerSecond = (agents * callsPerAgentHour) / 3_600;
  const done = await playDay(chain, { agents, callsPerSecond, seconds: quick ? 5 : 40, talkMs: 5_000 });
  const { frames, bytes, acknowledgements } = await clients.report();
  clients.stop();
  await chain.stop();
  log(`${agents} agents: ${done.calls} calls, ${hasFigures ? "with" : "without"} statistics and calls`);
  const of = (count: number) => count / done.calls;
  const { counted } = done;
  return {
    agents,
    queues,
    hasFigures,
    perCall: {
      frames: of(counted.frames ?? 0),
      rows: of(counted.rowsWritten ?? 0),
      alarms: of(counted.alarms ?? 0),
      deliveries: of(counted.deliveries ?? 0),
      joins: of(counted.joins ?? 0),
      clientFrames: of(frames),
      clientBytes: of(bytes),
      workerMs: of(done.workerCpu * done.seconds * 1_000),
      connectorMs: of(done.connectorCpu * done.seconds * 1_000),
      acknowledgements: of(acknowledgements),
    },
  };
}

/** `acknowledgesEach`: as if clients acknowledged each frame. */
function monthOf({ agents, queues, hasFigures, perCall }: Center, acknowledgesEach = false): Month {
  const calls = agents * callsPerAgentHour * hours;
  const clients = agents / 2 + boards;
  const frames = calls * perCall.frames;
  const deliveries = calls * perCall.deliveries;
  const acknowledgements = calls * (acknowledgesEach ? perCall.clientFrames : perCall.acknowledgements);
  // Each client connects twice a day: a ticket (two requests to its object), the worker, the scope object, a join at
  // the site.
  const connections = clients * 2 * 22;
  const alarms = calls * perCall.alarms + (730 - hours) * alarmsPerHour;
  return {
    workerRequests: connections * 2,
    objectRequests: deliveries + connections * 4 + alarms,
    incomingMessages: frames + acknowledgements,
    rowsWritten:
      calls * perCall.rows * rowsPerRow +
      connections * 4 +
      alarms +
      (hasFigures ? (agents + queues) * statisticsRowsPerName + calls * deletedRowsPerCall : 0),
    rowsRead: frames + connections * 300,
    objectSeconds: (frames + deliveries + acknowledgements) * secondsPerHandling,
    storedGb: 0.05,
  };
}

const dollars = (value: number) => `$${value.toFixed(2)}`;
const millions = (value: number) => (value / 1e6).toFixed(2);

async function run(context: BenchContext): Promise<Report> {
  const sizes = context.quick ? [100] : [100, 300, 1_000];
  const centers: Center[] = [];
  const without: Center[] = [];
  for (const agents of sizes) {
    without.push(await measure(agents, false, context));
    centers.push(await measure(agents, true, context));
  }
  return {
    method: [
      `From the counters of a busy site: ${callsPerAgentHour} calls per agent and hour, ${hours} hours a month; every second agent has a page open, ${boards} supervisors have a wallboard with summaries; with statistics and calls it has the day's figures, too, and the site keeps its list of calls. Prices as published in November 2026, for one site alone in its account; all sites of an account share what is included (10 M requests, 1 M object requests, 400,000 GB-s, 50 M rows). Handling one event counts as ${secondsPerHandling * 1000} ms of an object's time: an assumption, not a measurement of Cloudflare. Written rows and alarms of calls are those that the runtime counts during the measurement, and ${Math.round((rowsPerRow - 1) * 100)} % more for checkpoints. Added by rule are the hourly sums of each queue and agent (${statisticsRowsPerName} rows a month), ${deletedRowsPerCall} rows a call for calls that are deleted after five weeks, and the rows of connections and idle hours.`,
    ],
    tables: [perCallTable([...without, ...centers]), monthTable([...without, ...centers]), billTable(centers, without)],
    plots: [
      {
        title: "A month, beyond the first site of an account",
        xLabel: "seats",
        yLabel: "$",
        xs: centers.map(({ agents }) => agents),
        ys: centers.map((center) => Number(beyondIncluded(monthOf(center)).toFixed(2))),
      },
    ],
    targets: targetsOf(centers),
    findings: [
      "What drives the cost: deliveries to objects (one for each object that a frame concerns) and rows (one for each frame, one for each call). Both grow with the number of frames, not of events; gathering (ST5) keeps them low when much happens.",
      "What lowered the cost: a new row of the log takes the place of the oldest one, which is one written row where adding and deleting are two. A call is written when it is over, without an index (5 rows → 1). What is published once a second at most (EV9, EV20) goes with other events, and alone only after a quarter of a second: three of a call's eight frames had nothing else. The lists of callers (EV20) of all queues are one row a second. EV18 and EV19 are published together once a second, in a frame's row if there is one.",
      "What lowered it before: clients acknowledge the last of several frames, a second after the first or after 16 KB, instead of each. Whatever must survive besides the log is in the log's own rows, which saves one row per frame. Idle objects hibernate, and pings are answered without waking them. Acknowledging by amount alone was tried and reverted: a server that counts unacknowledged bytes in coarse steps can then wait forever for the last few.",
      "A busy machine gathers more events in a frame, as the platform does while a frame is stored and acknowledged. One frame more for a call costs about $2 a month at 1,000 seats.",
      "The statistics write no row for a call: they are counted from the log, and published in the row of the frame that changed them (ADR 23). What they cost is the bytes of EV18 and EV19 in the log and to wallboards, and an alarm now and then.",
    ],
  };
}

/** SC3. */
const maxDollars = 18;

function targetsOf(centers: readonly Center[]): Report["targets"] {
  const center = centers.find(({ agents }) => agents === 1_000);
  if (!center) return [];
  const cost = beyondIncluded(monthOf(center));
  return [
    {
      goal: `≤ ${dollars(maxDollars)} a month for a site of 1,000 seats beyond the first, with statistics and calls`,
      seen: dollars(cost),
      met: cost <= maxDollars,
    },
  ];
}

type Table = Report["tables"][number];

function named({ agents, hasFigures }: Center): string {
  return `${agents} seats, ${hasFigures ? "with" : "without"} statistics and calls`;
}

function perCallTable(centers: readonly Center[]): Table {
  return {
    title: "For one call",
    columns: [
      "",
      "uplink frames",
      "rows written",
      "deliveries to objects",
      "frames to clients",
      "KB to clients",
      "ms of the worker",
      "ms of the connector",
    ],
    rows: centers.map((center) => {
      const { frames, rows, deliveries, clientFrames, clientBytes, workerMs, connectorMs } = center.perCall;
      const kilobytes = clientBytes / 1000;
      const counts = [frames, rows, deliveries, clientFrames, kilobytes, workerMs, connectorMs];
      return [named(center), ...counts.map((value) => value.toFixed(1))];
    }),
  };
}

function monthTable(centers: readonly Center[]): Table {
  return {
    title: "A month, in millions",
    columns: [
      "",
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
        named(center),
        millions(center.agents * callsPerAgentHour * hours),
        millions(month.objectRequests),
        millions(month.incomingMessages),
        millions(monthOf(center, true).incomingMessages),
        millions(month.rowsWritten),
        millions(month.objectSeconds),
      ];
    }),
  };
}

function billTable(centers: readonly Center[], without: readonly Center[]): Table {
  const bills = centers.map((center) => billOf(monthOf(center)));
  const parts = Object.keys(bills[0] ?? {}) as (keyof (typeof bills)[number])[];
  const beyond = (some: readonly Center[]) => some.map((center) => dollars(beyondIncluded(monthOf(center))));
  return {
    title: "The bill",
    columns: ["", ...centers.map(({ agents }) => `${agents} seats`)],
    rows: [
      ...parts.map((part) => [part, ...bills.map((bill) => dollars(bill[part]))]),
      ["**a month**", ...bills.map((bill) => `**${dollars(totalOf(bill))}**`)],
      ["a month, beyond the first site of an account", ...beyond(centers)],
      ["the same without statistics and calls", ...beyond(without)],
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
