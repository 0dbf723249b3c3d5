/** Checks of what the clients show: at the end, after all were cut together, and after the last connector. */
import { differences } from "./audience.ts";
import type { SimulatedClient } from "./client.ts";
import { checkClientStream } from "./client-stream.ts";
import type { Clock } from "./clock.ts";
import type { ConnectorRun, Connectors } from "./connectors.ts";
import type { SiteHistory } from "./history.ts";
import type { Simulation } from "./parts.ts";
import { checkWaits } from "./wait-check.ts";

/** SC2: the time in which all clients return. */
const returnMs = 20_000;
/** ST3: a silent loss is published within 15 s; the slowest client reads it a little later. */
const staleMs = 25_000;

/** After a loss of AMI, Asterisk cannot be asked who is on hold (docs/administrator.md, Limits). */
export function wasNeverAway(runs: readonly ConnectorRun[]): boolean {
  return runs.length === 1 && runs.every(({ amiSpans }) => amiSpans.length <= 1);
}

/** At the end every client is live, shows the actual state of the PBX, and has received what the site logged. */
export function checkClients(
  { pbx, clients, machines }: Simulation,
  history: SiteHistory,
  rangeCounts: Parameters<typeof checkClientStream>[2],
  isHoldKnown: boolean,
): string[] {
  const findings: string[] = [];
  const actual = pbx.truth();
  for (const client of clients) {
    const { name, audience } = client.role;
    if (client.status() !== "live") findings.push(`${name}: ST3: is ${client.status()} after all faults have ended`);
    else {
      const link = client.subscribed().link();
      if (link?.state !== "up") findings.push(`${name}: ST3: its link is ${link?.state} after all faults have ended`);
      const states = client.streams.at(-1)?.record.states;
      if (states)
        for (const found of [
          ...differences(audience, states, actual, isHoldKnown),
          ...checkWaits(audience, states, actual, machines),
        ])
          findings.push(`${name}: ${found}`);
    }
    for (const stream of client.streams) findings.push(...checkClientStream(stream, history, rangeCounts));
  }
  return findings;
}

/** SC2: clients that are all cut at the same moment are all back soon. */
export async function checkReturn(clock: Clock, clients: readonly SimulatedClient[]): Promise<string[]> {
  for (const client of clients) client.cut("loud");
  await clock.run(clock.now() + returnMs);
  return clients
    .filter((client) => client.status() !== "live")
    .map((client) => `${client.role.name}: SC2: is ${client.status()} after all were cut together`);
}

/**
 * ST3: after the last connector ends, by a crash or silently, every client shows the link as offline in time and keeps
 * its states.
 */
export async function checkStaleness(
  clock: Clock,
  chance: () => number,
  connectors: Connectors,
  clients: readonly SimulatedClient[],
): Promise<string[]> {
  const live = clients.filter((client) => client.status() === "live");
  const before = live.map((client) => client.subscribed().state.events());
  const died = clock.now();
  for (const run of connectors.alive()) connectors.kill(run, chance() < 0.5 ? "loud" : "silent");
  await clock.run(died + staleMs);
  return live.flatMap((client, index) => {
    const { name } = client.role;
    const link = client.subscribed().link();
    const isOffline = link?.state === "offline";
    const isKept = client.subscribed().state.events().length === before[index]?.length;
    return [
      ...(isOffline ? [] : [`${name}: ST3: its link is ${link?.state} although no connector runs`]),
      ...(isKept ? [] : [`${name}: ST3: states were lost with the connector`]),
    ];
  });
}
