/**
 * One seed: a PBX, its connectors, the worker and its clients, the faults, and the checks during the run and at its
 * end.
 */
import { newestKept } from "../../worker/src/site/log/log-plan.ts";
import { createRandom } from "../harness/random.ts";
import type { Completed, Ended, PbxState } from "../pbx/state.ts";
import { createAgentTruth } from "./agent-truth.ts";
import { checkBounds } from "./bounds.ts";
import { checkCalls, listCalls } from "./call-check.ts";
import { createClient } from "./client.ts";
import { checkClients, checkReturn, checkStaleness, wasNeverAway } from "./client-check.ts";
import type { Losses } from "./client-network.ts";
import { type Clock, createClock, createProcess } from "./clock.ts";
import { createCommander } from "./commander.ts";
import { createCompletionCheck } from "./completion-check.ts";
import type { ConnectorRun, Connectors } from "./connectors.ts";
import { createEndingCheck } from "./ending-check.ts";
import { inOrder, planClockFaults, planFaults, planWrongStart } from "./faults.ts";
import { beginning, useClock } from "./globals.ts";
import { createHistory } from "./history.ts";
import { createFaultInjector } from "./injector.ts";
import { createMachines } from "./machines.ts";
import { diskFaults, emptyDisks } from "./net/disk.ts";
import { resetPorts } from "./net/tcp.ts";
import { createNews } from "./news.ts";
import { origin } from "./pages/network.ts";
import { createPage } from "./pages/page.ts";
import { checkPages } from "./pages/page-check.ts";
import { pageRolesOf } from "./pages/page-roles.ts";
import { pick, type Simulation } from "./parts.ts";
import { rolesOf } from "./roles.ts";
import { createRuntime, type Runtime, type WorkerModule } from "./runtime/runtime.ts";
import { agents, joinNetworks, queues, type SimulatedSite, startSite } from "./site.ts";
import { siteReader, siteRows } from "./site-reader.ts";
import { startSeveral } from "./sites/several.ts";
import { checkStatistics } from "./statistics-check.ts";
import { type Conditions, goodConditions } from "./wire.ts";

const secret = "a secret of the simulation, long enough for HS256";
/** The share of days on which clocks are worse than on others. */
const clockDays = 0.25;

/** Time after the last fault, in which back-offs and time-outs end, standbys take over and parked calls return. */
const quietMs = 200_000;

type StartOptions = Pick<Simulation, "clock" | "ami" | "machines"> &
  Readonly<{
    chance: () => number;
    bodyChance: () => number;
    hasSpool: boolean;
    onCompleted: (call: Completed) => void;
    onEnded: (ended: Ended) => void;
    onMoment: (state: PbxState) => void;
  }>;

export type SeedOptions = Readonly<{ seed: number; minutes: number; isVerbose: boolean }>;

export type SeedOutcome = Readonly<{
  findings: readonly string[];
  counts: Readonly<Record<string, number>>;
  steps: readonly string[];
  /** Of all steps. */
  digest: number;
}>;

const worker: WorkerModule = await import(new URL("../../worker/src/index.ts", import.meta.url).href);

export async function simulateSeed({ seed, minutes, isVerbose }: SeedOptions): Promise<SeedOutcome> {
  const clock = createClock();
  const chance = createRandom(seed);
  useClock(clock, createRandom(seed + 0.5e9));
  const ami: Conditions = { ...goodConditions, least: 0.1, most: 1 };
  const until = minutes * 60_000;
  const clockChance = createRandom(seed + 0.125e9);
  const isClockDay = clockChance() < clockDays;
  const planned = planFaults(chance, until);
  const clockFaults = isClockDay ? planClockFaults(clockChance, until) : [];
  const isWrongStart = isClockDay && clockChance() < 0.6;
  const faults = inOrder([...planned, ...clockFaults, ...(isWrongStart ? planWrongStart(clockChance) : [])]);
  const machines = createMachines(createRandom(seed + 0.25e9), isWrongStart ? clockChance : null);
  const stalledUntil = () => ami.stalledUntil;
  const completions = createCompletionCheck(clock, stalledUntil);
  const hasSpool = seed % 2 === 0;
  const onCompleted = (call: Completed) => {
    const pbxNow = beginning + clock.now() + machines.pbx.machine.aheadMs;
    completions.onCompleted({ ...call, lastedMs: clock.now() - machines.pbx.trueTime(pbxNow - call.lastedMs) });
  };
  const onEnded = (ended: Ended) => endings.onEnded(ended, machines.pbx.onTrueClock(ended, clock.now()));
  let runs: readonly ConnectorRun[] = [];
  const news = createNews(clock, stalledUntil, machines.pbx, () => runs);
  const endings = createEndingCheck(clock, stalledUntil, news);
  const agentTruth = createAgentTruth(clock.now, news, () => machines.platform.aheadMs);
  const onMoment = agentTruth.note;
  const bodyChance = createRandom(seed + 0.03125e9);
  const started = await createSimulation({
    clock,
    chance,
    bodyChance,
    ami,
    machines,
    hasSpool,
    onCompleted,
    onEnded,
    onMoment,
  });
  const { simulation } = started;
  const { pbx, connectors, runtime, clients } = simulation;
  runs = connectors.runs();
  const history = createHistory(siteReader(runtime, "hq"));
  const commander = createCommander(
    chance,
    agents.map(({ id }) => id),
    queues.map(({ name }) => name),
    () => Object.entries(pbx.truth().agents).flatMap(([id, { number }]) => (number === null ? [] : [id])),
  );
  const injector = createFaultInjector(simulation, chance);
  const findings: string[] = [];
  const driver = createProcess("simulation");
  for (const fault of faults)
    clock.after(fault.at, driver, fault.kind, () => {
      injector.inject(fault);
      news.note();
    });
  const sendsCommands = chance() < 0.7;
  let isQuiet = false;

  const several = await startSeveral({
    ...started,
    hqHistory: history,
    chance: createRandom(seed + 0.0625e9),
    secret,
    hasSpool,
    until,
  });

  const everySecond = () => {
    const site = runtime.find("SITE", "hq");
    if (site) site.sql.beforeNewEpoch = history.poll;
    history.poll();
    findings.push(...injector.check(), ...several.everySecond(), ...checkBounds(clients, runtime));
    if (sendsCommands && !isQuiet && chance() < 0.5) commander.send(pick(chance, clients));
    if (sendsCommands && !isQuiet && chance() < 0.06) commander.flood(pick(chance, clients));
    clock.after(1000, driver, "a second", everySecond);
  };
  clock.after(1000, driver, "a second", everySecond);

  await clock.run(until);
  isQuiet = true;
  injector.endFaults();
  several.endFaults();
  pbx.freeze();
  await clock.run(until + quietMs / 2);
  injector.stopSuperseded();
  several.stopSuperseded();
  if (sendsCommands) clock.as(driver, commander.repeatSome);
  await clock.run(until + quietMs);

  history.poll();
  findings.push(...runtime.objects().flatMap(({ errors }) => errors));
  const rangeCounts = { "log ranges checked": 0, "log ranges not checked": 0 };
  const isHoldKnown = wasNeverAway(connectors.runs());
  findings.push(...checkClients(simulation, history, rangeCounts, isHoldKnown), ...several.check(rangeCounts));
  const checkedPages = checkPages(simulation.pages, pbx.truth(), isHoldKnown, history);
  findings.push(...checkedPages.findings);
  const conditions = { quietFrom: until, hasSpool, diskFailures: diskFaults.failures };
  findings.push(...completions.check(history.all(), connectors.runs(), lostOf(runtime), conditions));
  findings.push(...endings.check(history.all(), connectors.runs(), lostOf(runtime), conditions));
  const callCounts = { "calls listed": 0, "talks listed": 0 };
  findings.push(...checkCalls(await listCalls(simulation, secret), history.all(), callCounts));
  findings.push(...commander.check(injector.receivedActions()), ...openCommands(runtime));
  const statistics = await checkStatistics(
    simulation,
    history.counted(),
    {
      ends: endings.counts(),
      waits: endings.waits(connectors.runs(), conditions),
      talks: endings.talks(connectors.runs(), conditions),
      lost: lostOf(runtime),
    },
    secret,
    agentTruth,
  );
  findings.push(...statistics.findings);
  findings.push(...(await several.checkDeath()));
  // Not before: a client that comes back no longer shows what it was missing.
  findings.push(...(await checkReturn(clock, clients)));
  findings.push(...(await checkStaleness(clock, chance, connectors, clients)));
  const counts = {
    "faults injected": injector.injectedCount(),
    "simulated minutes": minutes,
    ...sum(clients.flatMap(({ streams }) => streams.map(({ counts: some }) => some))),
    ...rangeCounts,
    ...checkedPages.counts,
    ...commander.counts(),
    ...completions.counts(),
    ...endings.counts(),
    ...callCounts,
    ...statistics.counts,
    ...several.counts(),
    "site epochs": history.epochs(),
    "gaps reported": clients.reduce((total, client) => total + client.gaps(), 0),
  };
  const steps = findings.length > 0 || isVerbose ? evidence(faults, clock, connectors) : [];
  return { findings: [...new Set(findings)], counts, steps, digest: clock.digest() };
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

async function createSimulation({
  clock,
  chance,
  bodyChance,
  ami,
  machines,
  hasSpool,
  ...listeners
}: StartOptions): Promise<Readonly<{ simulation: Simulation; hq: SimulatedSite; sites: SimulatedSite[] }>> {
  const losses: Losses = { requestLoss: 0, answerLoss: 0 };
  resetPorts();
  emptyDisks();
  const settings = {
    PBXIS_SECRET: secret,
    PBXIS_COMPAT_SITE: "hq",
    PBXIS_COMPAT_TOKEN: "required",
    PBXIS_COMPAT_ORIGINS: origin,
  };
  const { platform: machine } = machines;
  const runtime = createRuntime({ clock, chance, bodyChance, beginning, module: worker, settings, machine });
  const sites: SimulatedSite[] = [];
  joinNetworks(clock, chance, runtime, sites);
  const hq = await startSite({ clock, chance, ami, machines, name: "hq", port: 5038, secret, hasSpool, ...listeners });
  sites.push(hq);
  hq.connectors.start();
  const names = [agents.map(({ id }) => id), queues.map(({ name }) => name), secret] as const;
  const edge = { clock, chance, edge: runtime, losses };
  const clients = (await rolesOf(...names)).map((role) => createClient({ ...edge, role }));
  const pages = (await pageRolesOf(...names)).map((role) => createPage({ ...edge, role }));
  const { pbx, connectors, uplink } = hq;
  return { simulation: { clock, pbx, connectors, runtime, clients, pages, machines, uplink, ami, losses }, hq, sites };
}

/** AP4: the occurrences that were reported to the site as lost. */
function lostOf(runtime: Runtime): number {
  const [row] = siteRows(runtime, "hq", newestKept);
  return row ? JSON.parse(String(row.kept)).site.lost.total : 0;
}

/** CM11: each command has ended at the site, at the latest some seconds after its deadline. */
function openCommands(runtime: Runtime): string[] {
  return siteRows(runtime, "hq", "SELECT id FROM command WHERE outcome IS NULL").map(
    ({ id }) => `CM11: the command ${id} has no outcome at the site`,
  );
}

function sum(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const one of all) for (const [name, value] of Object.entries(one)) totals[name] = (totals[name] ?? 0) + value;
  return totals;
}
