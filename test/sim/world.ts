/** One seed: an office, its connectors, the worker and its clients, what goes wrong meanwhile, and what is found in the end. */
import { newestKept } from "../../worker/src/site/log/log-plan.ts";
import { createChance } from "../pbx/random.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";
import type { Completed } from "../pbx/world.ts";
import { judgeAccount } from "./account.ts";
import { differences } from "./audience.ts";
import { checkBounds } from "./bounds.ts";
import { createClient, type SimulatedClient } from "./client.ts";
import { type Clock, createClock, createProcess } from "./clock.ts";
import { createCommander } from "./commander.ts";
import { type Connectors, createConnectors } from "./connectors.ts";
import { planFaults } from "./faults.ts";
import { beginning, useClock } from "./globals.ts";
import { createHistory } from "./history.ts";
import { createInjury } from "./injury.ts";
import { emptyDisks } from "./net/disk.ts";
import { useNetwork } from "./net/network.ts";
import { resetPorts } from "./net/tcp.ts";
import type { Paths } from "./network.ts";
import { createOccurrenceTruth } from "./occurrence-truth.ts";
import { rolesOf } from "./roles.ts";
import { createRuntime, type Runtime, type WorkerModule } from "./runtime/runtime.ts";
import { calm, type Weather } from "./wire.ts";

const secret = "a secret of the simulation, long enough for HS256";
const agents = ["1001", "1002", "1003", "1004", "1005", "1006"].map((id) => ({ id, name: `Agent ${id}` }));
const queues = [
  { name: "support", exten: "5001", strategy: "ringall", monitor: "before", members: ["1001", "1002", "1005"] },
  { name: "sales", exten: "5002", strategy: "rrmemory", monitor: "answered", members: ["1003", "1004", "1005"] },
  { name: "billing", exten: "5003", strategy: "ringall", monitor: "before", members: ["1001", "1006"] },
] as const;

/** After the last fault: back-offs and silences end, standbys come in, parked calls return. */
const quietMs = 200_000;
/** ST3: a silent death is told within 45 s; the slowest client reads it a little later. */
const staleMs = 55_000;

export type World = Readonly<{
  clock: Clock;
  pbx: SimulatedPbx;
  connectors: Connectors;
  runtime: Runtime;
  clients: readonly SimulatedClient[];
  /** Of the uplink and of AMI. */
  uplink: Weather;
  ami: Weather;
  paths: Paths;
}>;

type Beginning = Pick<World, "clock" | "ami"> &
  Readonly<{ chance: () => number; hasSpool: boolean; onCompleted: (call: Completed) => void }>;

export type Outcome = Readonly<{
  findings: readonly string[];
  counts: Readonly<Record<string, number>>;
  steps: readonly string[];
}>;

const worker: WorkerModule = await import(new URL("../../worker/src/index.ts", import.meta.url).href);

export async function simulateSeed({
  seed,
  minutes,
  isTold,
}: {
  seed: number;
  minutes: number;
  isTold: boolean;
}): Promise<Outcome> {
  const clock = createClock();
  const chance = createChance(seed);
  useClock(clock, createChance(seed + 0.5e9));
  const ami: Weather = { ...calm, least: 0.1, most: 1 };
  const truth = createOccurrenceTruth(clock, () => ami.stalledUntil);
  const hasSpool = seed % 2 === 0;
  const world = await begin({ clock, chance, ami, hasSpool, onCompleted: truth.onCompleted });
  const { pbx, connectors, runtime, clients } = world;
  const history = createHistory({
    epoch: () => {
      const [row] = siteRows(runtime, newestKept);
      return row ? JSON.parse(String(row.kept)).site.epoch : null;
    },
    // What lies below the floor is of an older epoch.
    rowsAfter: (sequence) =>
      siteRows(
        runtime,
        `SELECT first, last, body FROM log WHERE last > max(?, (SELECT kept ->> '$.site.floor' FROM (${newestKept}))) ORDER BY first`,
        sequence,
      ) as never,
  });
  const commander = createCommander(
    chance,
    agents.map(({ id }) => id),
    queues.map(({ name }) => name),
  );
  const injury = createInjury(world, chance);
  const findings: string[] = [];
  const god = createProcess("fate");
  const until = minutes * 60_000;
  const faults = planFaults(chance, until);
  for (const fault of faults) clock.after(fault.at, god, fault.kind, () => injury.inflict(fault));
  const sendsCommands = chance() < 0.7;
  let isQuiet = false;

  const everySecond = () => {
    const site = runtime.find("SITE", "hq");
    if (site) site.sql.beforeNewEpoch = history.look;
    history.look();
    findings.push(...injury.check(), ...checkBounds(clients, runtime));
    if (sendsCommands && !isQuiet && chance() < 0.5) commander.send(pick(chance, clients));
    clock.after(1000, god, "a second", everySecond);
  };
  clock.after(1000, god, "a second", everySecond);

  await clock.run(until);
  isQuiet = true;
  injury.heal();
  pbx.freeze();
  await clock.run(until + quietMs / 2);
  injury.retire();
  const [first] = clients;
  if (first && sendsCommands) clock.as(god, () => commander.repeatSome(first));
  await clock.run(until + quietMs);

  history.look();
  const judged = { "stretches judged": 0, "stretches not judged": 0 };
  findings.push(...runtime.objects().flatMap(({ errors }) => errors));
  const shown = pbx.truth();
  // After a loss of AMI nobody can ask who is on hold (README, Limits).
  const isHoldKnown =
    connectors.lives().every(({ hearings }) => hearings.length <= 1) && connectors.lives().length === 1;
  for (const client of clients) {
    const { name, audience } = client.role;
    if (client.status() !== "live") findings.push(`${name}: ST3: is ${client.status()} although all is well`);
    else {
      const link = client.subscribed().link();
      if (link?.state !== "up") findings.push(`${name}: ST3: its link is ${link?.state} although all is well`);
      const account = client.accounts.at(-1);
      if (account)
        findings.push(
          ...differences(audience, account.mirror.states, shown, isHoldKnown).map((text) => `${name}: ${text}`),
        );
    }
    for (const account of client.accounts) findings.push(...judgeAccount(account, history, judged));
  }
  findings.push(
    ...truth.judge(history.all(), connectors.lives(), lostOf(runtime), {
      quietFrom: until,
      hasSpool,
    }),
  );
  findings.push(...commander.judge(injury.asked()));
  findings.push(...(await judgeStaleness(clock, chance, connectors, clients)));
  const counts = {
    "faults inflicted": injury.inflicted(),
    "simulated minutes": minutes,
    ...sum(clients.flatMap(({ accounts }) => accounts.map(({ counts: some }) => some))),
    ...judged,
    ...commander.counts(),
    ...truth.counts(),
    "site epochs": history.epochs(),
    "gaps told": clients.reduce((total, client) => total + client.gaps(), 0),
  };
  const isFailed = findings.length > 0;
  const steps = isFailed || isTold ? evidence(faults, clock, connectors) : [];
  return { findings: [...new Set(findings)], counts, steps };
}

/** ST3: the last connector dies, by a crash or without a sign. Everyone is told in time, and keeps the last states. */
async function judgeStaleness(
  clock: Clock,
  chance: () => number,
  connectors: Connectors,
  clients: readonly SimulatedClient[],
): Promise<string[]> {
  const live = clients.filter((client) => client.status() === "live");
  const before = live.map((client) => client.subscribed().state.events());
  const died = clock.now();
  for (const life of connectors.alive()) connectors.kill(life, chance() < 0.5 ? "loud" : "silent");
  await clock.run(died + staleMs);
  return live.flatMap((client, index) => {
    const { name } = client.role;
    const link = client.subscribed().link();
    const isTold = link?.state === "offline";
    const isKept = client.subscribed().state.events().length === before[index]?.length;
    return [
      ...(isTold ? [] : [`${name}: ST3: its link is ${link?.state}, and no connector lives`]),
      ...(isKept ? [] : [`${name}: ST3: states were lost with the connector`]),
    ];
  });
}

function evidence(faults: ReturnType<typeof planFaults>, clock: Clock, connectors: Connectors): string[] {
  return [
    ...faults.map(({ kind, at, forMs }) => `  fault ${at.toFixed(0)} ${kind} (${forMs.toFixed(0)})`),
    ...connectors.log().map((line) => `  log ${line}`),
    ...clock
      .steps()
      .slice(-30)
      .map((line) => `  step ${line}`),
  ];
}

async function begin({ clock, chance, ami, hasSpool, onCompleted }: Beginning): Promise<World> {
  const uplink: Weather = { ...calm, least: 5, most: 40 };
  const paths: Paths = { requestLoss: 0, answerLoss: 0 };
  resetPorts();
  emptyDisks();
  const runtime = createRuntime({ clock, chance, beginning, module: worker, settings: { PBXIS_SECRET: secret } });
  let connectors: Connectors | null = null;
  useNetwork({
    clock,
    chance,
    tcp: ami,
    onTcp: (cut, [process]) => connectors?.onConnection("AMI", process, cut),
    dial: async (url, headers, process) => {
      if (uplink.isDown)
        return new Promise((resolve) => clock.after(50, process, "uplink is refused", () => resolve(null)));
      const address = url.href.replace(/^ws/, "http");
      const opened = await runtime.open(
        new Request(address, { headers: { ...headers, upgrade: "websocket" } }),
        process,
        uplink,
        "uplink",
      );
      if ("wire" in opened) connectors?.onConnection("uplink", process, opened.wire.cut);
      return opened;
    },
  });
  const asterisk = createProcess("Asterisk");
  const starting = clock.as(asterisk, () =>
    startPbx({
      port: 5038,
      seed: Math.floor(chance() * 1e9),
      callsPerMinute: 10 + chance() * 50,
      queues,
      agents,
      onCompleted,
    }),
  );
  await clock.run(1);
  const pbx = await starting;
  connectors = await createConnectors(clock, secret, pbx.port, hasSpool);
  connectors.start();
  const roles = await rolesOf(
    agents.map(({ id }) => id),
    queues.map(({ name }) => name),
    secret,
  );
  const clients = roles.map((role) => createClient({ clock, chance, edge: runtime, paths, role }));
  return { clock, pbx, connectors, runtime, clients, uplink, ami, paths };
}

/** AP4: what the site was told to be lost. */
function lostOf(runtime: Runtime): number {
  const [row] = siteRows(runtime, newestKept);
  return row ? JSON.parse(String(row.kept)).site.lost.total : 0;
}

function siteRows(runtime: Runtime, query: string, ...values: number[]) {
  return runtime.find("SITE", "hq")?.query(query, ...values) ?? [];
}

export function pick<Item>(chance: () => number, items: readonly Item[]): Item {
  return items[Math.floor(chance() * items.length)] as Item;
}

function sum(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const one of all) for (const [name, value] of Object.entries(one)) totals[name] = (totals[name] ?? 0) + value;
  return totals;
}
