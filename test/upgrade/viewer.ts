/** A client that stays over all deployments, and counts what it receives. */
import { connectSite, connectSites, type SiteEvent } from "@pbxis/shared/client";
import { mintToken } from "../harness/token.ts";

const subscription = { agents: "*", queues: "*" } as const;

export type Viewer = Readonly<{
  /** How many calls had been completed when it was live: it gets those that came later. */
  from: number;
  /** How often each completed call has arrived, by Uniqueid (EV6). */
  completed: ReadonlyMap<string, number>;
  /** How often a wait has ended, by outcome (EV16). */
  ended: ReadonlyMap<string, number>;
  /** How often the stream began anew with a snapshot, so that occurrences may be missing. */
  gaps: () => number;
  isLive: () => boolean;
  states: () => readonly SiteEvent[];
  close: () => void;
}>;

/** Opened before the first call. */
export function openViewer(url: URL, site: string, token: string, transport: "websocket" | "sse"): Viewer {
  const counts = createCounts();
  const subscribed = connectSite({ url: url.href, site, token, transport }).subscribe(subscription, counts);
  return {
    ...counts,
    from: 0,
    isLive: () => subscribed.status().kind === "live" && subscribed.link()?.state === "up",
    states: () => subscribed.state.events(),
    close: () => subscribed.close(),
  };
}

/** One stream of two sites (AP15), of which the other has no connector. */
export async function openSitesViewer(url: URL, site: string): Promise<Omit<Viewer, "from">> {
  const counts = createCounts();
  const everything = { agents: ["*"], queues: ["*"], commands: [], callers: true };
  const token = await mintToken({ sites: { [site]: everything, north: everything } });
  const client = connectSites({ url: url.href, sites: [site, "north"], token, transport: "websocket" });
  const subscribed = client.subscribe(subscription, counts);
  return {
    ...counts,
    isLive: () => subscribed.status().kind === "live" && subscribed.link(site)?.state === "up",
    states: () => subscribed.state.site(site)?.events() ?? [],
    close: () => subscribed.close(),
  };
}

function createCounts() {
  const completed = new Map<string, number>();
  const ended = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  let gaps = 0;
  return {
    completed,
    ended,
    gaps: () => gaps,
    onOccurrence: (event: SiteEvent) => {
      if (event.type === "agentComplete") add(completed, event.uniqueId);
      if (event.type === "queueCallEnded") add(ended, event.outcome);
    },
    onGap: () => {
      gaps += 1;
    },
  };
}
