/** The client's interface to several sites in one stream (AP15). */
import type { SiteEvent } from "../protocol/event.ts";
import type { LinkState } from "../protocol/link.ts";
import { Feed, type Link } from "./feed.ts";
import { createHttp } from "./http.ts";
import type { SubscriptionStatus } from "./machine-io.ts";
import type { AgentView, Changes, QueueView, SiteState } from "./mirror.ts";
import { platformOf } from "./platform.ts";
import { queryOf, type Requested } from "./query.ts";
import { runSubscription } from "./run-subscription.ts";
import { type ConnectOptions, connectSite, type SiteClient } from "./site.ts";
import { transportsOf } from "./stream.ts";
import { SubscriptionMachine } from "./subscription-machine.ts";

/** `sites`: the sites' names, at most 50, such as `["hq", "north"]`. The token must be for each of them. */
export type SitesOptions = ConnectOptions & Readonly<{ sites: readonly string[] }>;

/** As `SubscriptionHandlers`, with the site as the last argument. */
export type SitesHandlers = Readonly<{
  onChange?: (changes: Changes, site: string) => void;
  onOccurrence?: (event: SiteEvent, site: string) => void;
  onGap?: (site: string) => void;
  /** `asOf` is null for a site that could never be reached. */
  onLink?: (link: LinkState, asOf: number | null, site: string) => void;
  /** The status of the stream of all sites. */
  onStatus?: (status: SubscriptionStatus) => void;
}>;

/** What is about one site of several. */
export type OfSite<View> = View & Readonly<{ site: string }>;

/** Lookups in the current states of all sites. */
export type SitesState = Readonly<{
  /** The names of all sites. */
  sites: () => readonly string[];
  /** The states of one site. Undefined for a site that is not in the stream. */
  site: (site: string) => SiteState | undefined;
  /** The agents of all sites, each with its site. The same id at two sites is two agents. */
  agents: () => readonly OfSite<AgentView>[];
  /** The queues of all sites, each with its site. */
  queues: () => readonly OfSite<QueueView>[];
}>;

export type SubscribedSites = Readonly<{
  /** The current states. The object stays the same and always shows the latest values. */
  state: SitesState;
  /** ST3: how fresh a site's states are. Null before anything has arrived from it. */
  link: (site: string) => Link | null;
  status: () => SubscriptionStatus;
  /** The positions at all sites, such as `hq:k3-41,north:a9-7`; null before the first frame. */
  cursor: () => string | null;
  close: () => void;
}>;

export type SitesClient = Readonly<{
  /**
   * Starts one stream of all sites and keeps it open until `close`. A name is for every site; `hq/1001` is for the site
   * hq alone. No handler is called before this function has returned.
   */
  subscribe: (subscription: Requested, handlers?: SitesHandlers) => SubscribedSites;
  /** One of the sites, for its commands, calls and statistics. */
  site: (site: string) => SiteClient;
}>;

/**
 * Opens no connection yet, as `connectSite`.
 * @throws TypeError if `url` is not an HTTP URL; Error if `transport` is `websocket` and the platform has none.
 */
export function connectSites({ sites, ...options }: SitesOptions): SitesClient {
  const platform = platformOf(options.platform);
  const transport = transportsOf(options.transport, createHttp(options, "/v1", platform), platform);
  return {
    subscribe: (subscription, handlers = {}) => {
      const feeds = new Map(sites.map((site) => [site, new Feed()]));
      const machine = new SubscriptionMachine(typeof options.token === "function", feeds);
      return {
        ...runSubscription(platform, transport(), machine, requestOf(sites, subscription), handlers),
        state: stateOf(feeds),
        link: (site) => feeds.get(site)?.link ?? null,
      };
    },
    site: (site) => connectSite({ ...options, site }),
  };
}

function stateOf(feeds: ReadonlyMap<string, Feed>): SitesState {
  const all = [...feeds].map(([site, { mirror }]) => ({ site, mirror }));
  return {
    sites: () => [...feeds.keys()],
    site: (site) => feeds.get(site)?.mirror,
    agents: () => all.flatMap(({ site, mirror }) => rowsOf(site, mirror.agents(), (agent) => mirror.agent(agent))),
    queues: () => all.flatMap(({ site, mirror }) => rowsOf(site, mirror.queues(), (queue) => mirror.queue(queue))),
  };
}

function rowsOf<View extends object>(
  site: string,
  names: readonly string[],
  viewOf: (name: string) => View | undefined,
): OfSite<View>[] {
  return names.flatMap((name) => {
    const view = viewOf(name);
    return view ? [{ ...view, site }] : [];
  });
}

function requestOf(sites: readonly string[], subscription: Requested) {
  const { agents = [], queues = [] } = subscription;
  return {
    path: "/events",
    query: { sites: sites.join(","), ...queryOf(subscription) },
    names: { sites, agents: agents === "*" ? ["*"] : agents, queues: queues === "*" ? ["*"] : queues },
  };
}
