/**
 * A day with two or three sites: the further ones have a PBX, connectors and faults of their own, and clients watch all
 * of them in one stream by each transport (AP15). What holds for a client of one site must hold for these at each.
 */
import { mintToken } from "../../harness/token.ts";
import { checkClients, checkStaleness, wasNeverAway } from "../client-check.ts";
import type { ClientStream } from "../client-stream.ts";
import { createProcess } from "../clock.ts";
import { clientFaultKinds, planFaultsOf, siteFaultKinds } from "../faults.ts";
import { createHistory, type SiteHistory } from "../history.ts";
import { createFaultInjector, type FaultInjector } from "../injector.ts";
import { logLimits } from "../limits.ts";
import { createMachines } from "../machines.ts";
import type { Simulation } from "../parts.ts";
import { joinNetworks, type SimulatedSite, startSite } from "../site.ts";
import { siteReader } from "../site-reader.ts";
import { goodConditions } from "../wire.ts";
import { createSitesClient, type SitesClient } from "./sites-client.ts";

type RangeCounts = Parameters<typeof checkClients>[2];

export type SeveralSites = Readonly<{
  everySecond: () => string[];
  endFaults: () => void;
  stopSuperseded: () => void;
  /** At the end of the day. */
  check: (rangeCounts: RangeCounts) => string[];
  /** One site dies, and its objects with it; the others go on. The clock goes on. */
  checkDeath: () => Promise<string[]>;
  counts: () => Readonly<Record<string, number>>;
}>;

const nothing: SeveralSites = {
  everySecond: () => [],
  endFaults: () => {},
  stopSuperseded: () => {},
  check: () => [],
  checkDeath: async () => [],
  counts: () => ({ "days with several sites": 0, "streams of several sites": 0 }),
};

type Watched = Readonly<{ site: SimulatedSite; history: SiteHistory }>;

type Options = Readonly<{
  simulation: Simulation;
  hq: SimulatedSite;
  /** Those of the network; the further ones are added. */
  sites: SimulatedSite[];
  hqHistory: SiteHistory;
  chance: () => number;
  secret: string;
  hasSpool: boolean;
  until: number;
}>;

/** The share of days with several sites. */
const severalDays = 0.15;
const transports = ["websocket", "sse", "long-poll"] as const;
/** By then a stream that was cut would have been opened again. */
const reconnectMs = 10_000;

export async function startSeveral(options: Options): Promise<SeveralSites> {
  const { simulation, hq, sites, hqHistory, chance, secret, hasSpool, until } = options;
  const { clock, runtime, losses } = simulation;
  if (chance() >= severalDays) return nothing;
  const names = chance() < 0.6 ? ["north"] : ["north", "south"];
  joinNetworks(clock, chance, runtime, sites);
  for (const [index, name] of names.entries()) {
    const ami = { ...goodConditions, least: 0.1, most: 1 };
    const machines = createMachines(chance, null);
    const site = await startSite({
      clock,
      chance,
      ami,
      machines,
      name,
      port: hq.pbx.port + 1 + index,
      secret,
      hasSpool,
    });
    sites.push(site);
    site.connectors.start();
  }
  const lists = { agents: ["*"], queues: ["*"], commands: [], callers: false };
  const grants = Object.fromEntries(sites.map(({ name }) => [name, lists]));
  const clients = await Promise.all(
    transports.map(async (transport) => {
      const token = await mintToken({ sites: grants, sub: `sites by ${transport}`, secret, expiresInSeconds: 86_400 });
      const request = { transport, token, sites: sites.map(({ name }) => name) };
      return createSitesClient({ clock, chance, edge: runtime, losses, request });
    }),
  );
  const others = sites.filter((site) => site !== hq);
  const watched: Watched[] = sites.map((site) => ({
    site,
    history: site === hq ? hqHistory : createHistory(siteReader(runtime, site.name)),
  }));
  const simulationOf = (site: SimulatedSite): Simulation => ({ ...simulation, ...site, pages: [], clients: at(site) });
  const at = ({ name }: SimulatedSite) => clients.map((client) => client.at(name));
  const injectors = [
    createPlanned(simulationOf(hq), clientFaultKinds, chance, until),
    ...others.map((site) => createPlanned(simulationOf(site), siteFaultKinds, chance, until)),
  ];

  async function checkDeath(): Promise<string[]> {
    const dead = others.at(-1) as SimulatedSite;
    const findings = await checkStaleness(clock, chance, dead.connectors, at(dead));
    const before = clients.map(({ connections }) => connections());
    for (const object of runtime.objects())
      if (object.name === dead.name || object.name.startsWith(`${dead.name}/`)) object.crash();
    await clock.run(clock.now() + reconnectMs);
    for (const [index, { name, connections }] of clients.entries())
      if (connections() !== before[index]) findings.push(`${name}: AP15: ${dead.name} has ended the stream of all`);
    for (const site of sites)
      for (const client of at(site)) {
        const state = client.subscribed().link()?.state;
        if (client.status() !== "live" || state !== (site === dead ? "offline" : "up"))
          findings.push(`${client.role.name}: AP15: is ${client.status()} and ${state} after the end of ${dead.name}`);
      }
    return findings;
  }

  return {
    everySecond: () => {
      for (const { site, history } of watched) {
        const object = runtime.find("SITE", site.name);
        if (object) object.sql.beforeNewEpoch = history.poll;
        history.poll();
      }
      return injectors.flatMap((injector) => injector.check());
    },
    endFaults: () => {
      for (const injector of injectors) injector.endFaults();
      for (const { pbx } of others) pbx.freeze();
    },
    stopSuperseded: () => {
      for (const injector of injectors) injector.stopSuperseded();
    },
    check: (rangeCounts) => {
      const findings = watched.flatMap(({ site, history }) => {
        history.poll();
        return [
          ...checkClients(simulationOf(site), history, rangeCounts, wasNeverAway(site.connectors.runs())),
          ...clients.flatMap((client) => checkKept(client, site.name)),
        ];
      });
      for (const site of sites) for (const { streams } of at(site)) findings.push(...streams.flatMap(checkResumes));
      return findings;
    },
    checkDeath,
    counts: () => ({
      "days with several sites": 1,
      "streams of several sites": clients.reduce((sum, { connections }) => sum + connections(), 0),
    }),
  };
}

function createPlanned(
  simulation: Simulation,
  kinds: typeof clientFaultKinds | typeof siteFaultKinds,
  chance: () => number,
  until: number,
): FaultInjector {
  const injector = createFaultInjector(simulation, chance);
  const driver = createProcess("simulation of sites");
  const { clock } = simulation;
  for (const fault of planFaultsOf(kinds, chance, until))
    clock.after(fault.at - clock.now(), driver, fault.kind, () => injector.inject(fault));
  return injector;
}

/** What the typed client keeps is what it has received. */
function checkKept({ name, at, kept }: SitesClient, site: string): string[] {
  const shown = kept(site)?.map((event) => JSON.stringify(event));
  const received = [...(at(site).streams.at(-1)?.record.states.values() ?? [])].map((event) => JSON.stringify(event));
  const isSame = !shown || shown.toSorted().join() === received.toSorted().join();
  return isSame ? [] : [`${name}: AP15: keeps ${shown.length} states of ${site}, and has received ${received.length}`];
}

/** ST1: what the log still has is not replaced by a snapshot. */
function checkResumes({ name, segments }: ClientStream): string[] {
  return segments.flatMap(({ epoch, after }, index) => {
    const before = segments[index - 1];
    if (before?.epoch !== epoch || after - before.through > logLimits.events / 2) return [];
    return [`${name}: ST1: a snapshot at ${epoch}-${after} although the log has everything after ${before.through}`];
  });
}
