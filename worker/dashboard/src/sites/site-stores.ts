/**
 * A store for each of several sites, over one stream of all of them (AP15), so that every component works for each site
 * as it does for one.
 */
import type { SitesClient } from "@pbxis/shared/client";
import { createCallerWatch } from "../store/callers.ts";
import {
  createListeners,
  freshnessOf,
  type Store,
  type StoreOptions,
  subscription,
  watchLoss,
} from "../store/store.ts";
import { claimsAt, type TokenClaims } from "../store/token.ts";

export type SiteStores = Readonly<{
  /** In the order of the token. */
  stores: readonly Store[];
  /** Calls `listener` after changes of state or freshness at any site. */
  subscribe: (listener: () => void) => () => void;
  close: () => void;
}>;

export type SiteStoresOptions = Pick<StoreOptions, "schedule" | "now"> &
  Readonly<{ client: SitesClient; sites: readonly string[]; token: string; claims: TokenClaims }>;

export function createSiteStores({ client, sites, token, claims, schedule, now }: SiteStoresOptions): SiteStores {
  const all = createListeners(schedule);
  const bySite = new Map(sites.map((site) => [site, createListeners(schedule)]));
  const lost = watchLoss(now);
  const changed = (site: string): void => {
    bySite.get(site)?.changed();
    all.changed();
  };
  const subscribed = client.subscribe(subscription, {
    onChange: (changes, site) => {
      bySite.get(site)?.onChange(changes);
      all.changed();
    },
    onOccurrence: (event, site) => bySite.get(site)?.onOccurrence(event),
    onLink: (_link, _asOf, site) => changed(site),
    onStatus: (status) => {
      lost.onStatus(status);
      for (const site of sites) changed(site);
    },
  });
  const watches: { close: () => void }[] = [];
  const stores = [...bySite].flatMap(([site, listeners]): Store[] => {
    const state = subscribed.state.site(site);
    if (!state) return [];
    const own = client.site(site);
    const { command, calls, statistics } = own;
    const callers = createCallerWatch(own, listeners.changed);
    watches.push(callers);
    return [
      {
        signedIn: { token, site, claims: claimsAt(claims, site) },
        state,
        freshness: () => freshnessOf(subscribed.status(), subscribed.link(site), lost.at() ?? now()),
        ...listeners.register,
        watchCallers: callers.watch,
        callers: callers.of,
        command,
        calls,
        statistics,
        close: subscribed.close,
      },
    ];
  });
  const close = (): void => {
    for (const watch of watches) watch.close();
    subscribed.close();
  };
  return { stores, subscribe: all.register.subscribe, close };
}
