/**
 * A client of several sites in one stream (AP15). Each of its sites is seen as a client of that site alone, so that the
 * faults and checks of single clients are those of several sites, too.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Audience } from "../audience.ts";
import type { Shown, SimulatedClient } from "../client.ts";
import type { Edge, Losses } from "../client-network.ts";
import { type ClientStream, createClientStream } from "../client-stream.ts";
import { type Clock, createMachine, createProcess, type Process } from "../clock.ts";
import { type Conditions, goodConditions, type Wire } from "../wire.ts";
import { type Followed, followSites, type SitesRequest } from "./streams.ts";

export type SitesClient = Readonly<{
  name: string;
  transport: SitesRequest["transport"];
  at: (site: string) => SimulatedClient;
  /** How often it has connected. */
  connections: () => number;
  /** What it keeps itself of a site's states; null if it keeps none. */
  kept: (site: string) => readonly SiteEvent[] | null;
}>;

type Options = Readonly<{ clock: Clock; chance: () => number; edge: Edge; losses: Losses; request: SitesRequest }>;

const everything: Audience = { agents: "*", queues: "*", summary: false, scope: null };

export function createSitesClient({ clock, chance, edge, losses, request }: Options): SitesClient {
  const name = `sites by ${request.transport}`;
  const conditions: Conditions = { ...goodConditions };
  const machine = createMachine();
  const streams = new Map(request.sites.map((site) => [site, [] as ClientStream[]]));
  const latest = (site: string) => streams.get(site)?.at(-1) as ClientStream;
  let process: Process;
  let followed: Followed;
  let wire: Wire | null = null;
  let connections = 0;

  function load(): void {
    process = createProcess(name, machine);
    for (const [site, all] of streams) all.push(createClientStream(`${name} at ${site}.${all.length}`, everything));
    const own = process;
    const network = { clock, chance, process, conditions, losses, edge };
    const listener = {
      onText: (text: string) => {
        if (own.alive) take(text);
      },
      onWire: (opened: Wire) => {
        wire = opened;
        connections++;
      },
    };
    followed = clock.as(process, () => followSites(request, network, listener));
  }

  function take(text: string): void {
    const frame = JSON.parse(text);
    const stream = latest(frame.site);
    // The worker's own change of a link has no position of its own, and may not know since when it holds.
    const isOwn = frame.type === "link" && (frame.cursor === null || frame.cursor === stream.record.cursor);
    if (isOwn) stream.record.link = frame.link;
    else stream.receive(frame.asOf === null ? JSON.stringify({ ...frame, asOf: 0 }) : text);
  }

  function shownOf(site: string): Shown {
    const { record } = latest(site);
    const link = () => (record.link === null ? null : { state: record.link, asOf: null });
    return followed.shown(site) ?? { link, state: { events: () => [...record.states.values()] } };
  }

  function viewOf(site: string): SimulatedClient {
    const subscription = { agents: "*", queues: "*" } as const;
    const role = { name: `${name} at ${site}`, token: request.token, subscription, audience: everything };
    return {
      role: { ...role, habit: "diligent" },
      conditions,
      machine,
      streams: streams.get(site) ?? [],
      status: () => followed.status(),
      subscribed: () => shownOf(site),
      cut: (how) => wire?.cut(how),
      usedTicket: () => null,
      reload: () => {
        process.alive = false;
        wire?.cut("loud");
        wire = null;
        load();
      },
      command: () => Promise.reject(new Error("it sends no commands")),
      traffic: () => ({ unread: 0, received: 0, largest: 0 }),
      gaps: () => 0,
    };
  }

  load();
  const views = new Map(request.sites.map((site) => [site, viewOf(site)]));
  return {
    name,
    transport: request.transport,
    at: (site) => views.get(site) as SimulatedClient,
    connections: () => connections,
    kept: (site) => followed.shown(site)?.state.events() ?? null,
  };
}
