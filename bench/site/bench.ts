/**
 * A site of a thousand agents and a hundred queues at ten calls a second, and how its resource usage grows with its
 * size.
 */
import { type Bench, type BenchContext, median, type Report } from "../bench.ts";
import { type Chain, startChain } from "../edge/chain.ts";
import { openClients } from "../edge/clients.ts";
import { playDay } from "../edge/day.ts";
import { megabytes } from "../units.ts";

const queuesPerAgent = 5;
const talkMs = 5_000;

/** A tenth are wallboards of everything, the others are the pages of one agent each (AP2). */
function groups({ url, token }: Chain, clients: number, agents: number) {
  const boards = Math.max(1, Math.round(clients / 10));
  const pages = clients - boards;
  const pageUrl = (index: number) => url("").replace("/events?", `/agents/${1000 + (index % agents)}/events`);
  const common = { token, acknowledges: true, resumes: true };
  return [
    { urls: [url("agents=*&queues=*")], count: boards, ...common },
    { urls: Array.from({ length: pages }, (_, index) => pageUrl(index)), count: 1, ...common },
  ];
}

type Snapshot = Readonly<{ bytes: number; ms: number }>;

async function snapshot({ url, token }: Chain): Promise<Snapshot> {
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    const response = await fetch(url("agents=*&queues=*").replace("/events?", "/state?"), {
      headers: { authorization: `Bearer ${token}` },
    });
    bytes = (await response.arrayBuffer()).byteLength;
    times.push(performance.now() - began);
  }
  return { bytes, ms: median(times) };
}

async function regenerationMs(chain: Chain): Promise<number> {
  return Number(/^pbxis_ami_last_regeneration_seconds (\S+)$/m.exec(await chain.metrics())?.[1] ?? Number.NaN) * 1000;
}

type Seen = Awaited<ReturnType<typeof measure>>;

async function measure(agents: number, clients: number, callsPerSecond: number, { quick, log }: BenchContext) {
  const queues = Math.max(1, Math.round(agents / 10));
  const chain = await startChain({ agents, queues, queuesPerAgent: Math.min(queues, queuesPerAgent) });
  const began = performance.now();
  const opened = await openClients(groups(chain, clients, agents));
  const openMs = performance.now() - began;
  const first = await snapshot(chain);
  const regeneration = await regenerationMs(chain);
  const day = { agents, callsPerSecond, seconds: quick ? 2 : 25, talkMs };
  const done = await playDay(chain, day);
  const back: number[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) back.push(await opened.reconnectAll());
  opened.stop();
  await chain.stop();
  log(
    `${agents} agents, ${clients} clients, ${callsPerSecond} calls/s: connector ${(done.connectorCpu * 100).toFixed(1)} % of a core`,
  );
  return {
    agents,
    queues,
    clients,
    callsPerSecond,
    openMs,
    first,
    regeneration,
    done,
    backMs: median(back),
    firstStatesMs: chain.firstStatesMs,
  };
}

const percent = (share: number) => (share * 100).toFixed(1);

function rowOf({
  agents,
  queues,
  clients,
  callsPerSecond,
  done,
  first,
  regeneration,
  backMs,
  openMs,
}: Seen): (string | number)[] {
  return [
    agents,
    queues,
    clients,
    callsPerSecond,
    percent(done.connectorCpu),
    megabytes(done.connectorMemory),
    percent(done.workerCpu),
    megabytes(done.workerMemory),
    regeneration.toFixed(0),
    (first.bytes / 1000).toFixed(0),
    first.ms.toFixed(0),
    openMs.toFixed(0),
    backMs.toFixed(0),
  ];
}

async function run(context: BenchContext): Promise<Report> {
  const seen: Seen[] = [];
  for (const [agents, clients, calls] of context.quick
    ? ([[100, 20, 5]] as const)
    : ([
        [100, 100, 1],
        [300, 300, 3],
        [1_000, 1_000, 10],
        [1_000, 1_000, 20],
      ] as const))
    seen.push(await measure(agents, clients, calls, context));
  const big = seen.find(({ agents, callsPerSecond }) => agents === 1_000 && callsPerSecond === 10) ?? seen[0];
  if (!big) throw new Error("nothing was measured");
  const { done } = big;
  const sizes = seen.filter(({ callsPerSecond, agents }) => callsPerSecond === agents / 100);
  const plot = (title: string, yLabel: string, value: (one: Seen) => number) => ({
    title,
    xLabel: "agents (one queue per ten, one call/s per hundred, one client each)",
    yLabel,
    xs: sizes.map(({ agents }) => agents),
    ys: sizes.map((one) => Number(value(one).toPrecision(3))),
  });
  return {
    method: [
      `The bundled connector on an AMI server with the packets of Asterisk 22, each agent in ${queuesPerAgent} queues, calls of ${talkMs / 1000} s. The worker runs in workerd. A tenth of the clients are wallboards over everything; each other client has one agent's stream. CPU is in per cent of one core. *Reconnect all* is the time from cutting all sockets at once until every client has a frame again, without their back-off.`,
    ],
    tables: [
      {
        title: "By size",
        columns: [
          "agents",
          "queues",
          "clients",
          "calls/s",
          "connector CPU %",
          "connector MB",
          "workerd CPU %",
          "workerd MB",
          "regeneration ms",
          "snapshot KB",
          "snapshot ms",
          "open all clients ms",
          "reconnect all ms",
        ],
        rows: seen.map(rowOf),
      },
      {
        title: `For one call, at ${big.agents} agents and ${big.callsPerSecond} calls/s`,
        columns: ["what", "figure"],
        rows: [
          [
            "AMI, KB and packets",
            `${(done.amiBytes / done.calls / 1000).toFixed(1)} KB, ${(done.amiPackets / done.calls).toFixed(0)}`,
          ],
          ["events logged", ((done.counted.events ?? 0) / done.calls).toFixed(1)],
          ["frames on the uplink", ((done.counted.frames ?? 0) / done.calls).toFixed(1)],
          ["deliveries to objects", ((done.counted.deliveries ?? 0) / done.calls).toFixed(1)],
        ],
      },
    ],
    plots: [
      plot("Connector CPU", "% of a core", (one) => one.done.connectorCpu * 100),
      plot("Connector memory", "MB", (one) => one.done.connectorMemory / 2 ** 20),
      plot("Worker CPU", "% of a core", (one) => one.done.workerCpu * 100),
      plot("Regeneration", "ms", (one) => one.regeneration),
      plot("Snapshot", "KB", (one) => one.first.bytes / 1000),
      plot("All clients back after a disconnection", "ms", (one) => one.backMs),
    ],
    targets: [
      { goal: "connector < 10 % of a core", seen: `${percent(done.connectorCpu)} %`, met: done.connectorCpu < 0.1 },
      {
        goal: "connector < 120 MB",
        seen: `${megabytes(done.connectorMemory)} MB`,
        met: done.connectorMemory < 120 * 2 ** 20,
      },
    ],
    findings: [
      "Growth: connector CPU grows with the calls, less than linearly, because busier chunks make fewer and larger frames. Its memory, the snapshot and the time until all are back grow about linearly with agents and clients. Opening the clients is dominated by their first visit, when each agent's object creates its storage.",
      "The first bottleneck of a site is the object of one subscription that very many clients share. A socket takes about 100 KB of workerd's memory, and an isolate has 128 MB. Beyond about a thousand sockets on one wallboard its object would have to be split (its name is a hash of the subscription; a number beside it would do). The Site object gets about 90 requests a second at 10 calls a second, of the 500–1,000 that one object can handle in production: room for some 60 calls a second, or 25,000 agents at 8 calls an hour. Gathering a little before sending would raise that limit, and then one Site object per group of queues.",
      "10,000 sites and 1,000,000 clients are, on paper, 10,000 times the first row of this table: sites share no object, no table and no lock, only the worker's code and the account's bill. The bottlenecks there are the account's own limits (requests a second to the worker when a deployment disconnects all clients at once: their back-off of 2–30 s with full jitter spreads them) and the service that signs tokens.",
    ],
  };
}

export const bench: Bench = { title: "A big site, and growth", run };
