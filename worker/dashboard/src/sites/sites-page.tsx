/** The page of a token's sites together (AP15): wallboard and agents, each site with its link and its own commands. */
import { connectSites } from "@pbxis/shared/client";
import { useEffect, useReducer, useState } from "preact/hooks";
import { readHistory } from "../history/history.ts";
import { Header } from "../shell/header.tsx";
import { hasData, NoData } from "../shell/no-data.tsx";
import { Banner, Notice } from "../shell/notice.tsx";
import type { Route } from "../shell/route.ts";
import { useRoute } from "../shell/use-route.ts";
import { Warnings } from "../shell/warnings.tsx";
import { allSites, maxSites, type SignedIn } from "../store/token.ts";
import { StoreContext } from "../ui/hooks.ts";
import { KioskFrame } from "../wallboard/kiosk.tsx";
import type { Site, SitesProps } from "./site-part.tsx";
import { createSiteStores } from "./site-stores.ts";
import { SitesAgents } from "./sites-agents.tsx";
import { SitesKiosk } from "./sites-kiosk.tsx";
import { SitesWallboard } from "./sites-wallboard.tsx";
import { sitesText } from "./totals.ts";

type Props = Readonly<{
  signedIn: SignedIn;
  schedule: (run: () => void) => void;
  onSite: (site: string) => void;
  onSignOut: () => void;
}>;

export function SitesPage({ signedIn, schedule, onSite, onSignOut }: Props) {
  const sites = useSites(signedIn, schedule);
  const route = useRoute();
  useTitle(sites);
  const freshness = sites.map(({ store }) => store.freshness());
  const fresh = (
    <p class="sh-fresh" data-kind={freshness.every(({ kind }) => kind === "live") ? "live" : "stale"}>
      <span class="sh-fresh-mark" aria-hidden="true" />
      <strong>{sitesText(freshness)}</strong>
    </p>
  );
  const hasAny = sites.some(({ store }) => hasData(store));
  const page =
    route.view === "kiosk" ? (
      <KioskFrame title="All sites" fresh={fresh} onSignOut={onSignOut}>
        {hasAny ? <SitesKiosk sites={sites} onSite={onSite} /> : <NoData onSignOut={onSignOut} />}
      </KioskFrame>
    ) : (
      <>
        <Header site={allSites} sites={signedIn.claims.sites} route={route} onSite={onSite} onSignOut={onSignOut}>
          {fresh}
        </Header>
        <Warnings onSignOut={onSignOut} />
        {signedIn.claims.sites.length > maxSites && (
          <Banner title={`${maxSites} of ${signedIn.claims.sites.length} sites are shown.`} tone="warn">
            Choose one of the others in the list above.
          </Banner>
        )}
        <main class="sh-main" id="main" tabIndex={-1}>
          {hasAny ? <View route={route} sites={sites} onSite={onSite} /> : <NoData onSignOut={onSignOut} />}
        </main>
      </>
    );
  return <StoreContext.Provider value={sites[0]?.store ?? null}>{page}</StoreContext.Provider>;
}

function View({ route, sites, onSite }: SitesProps & Readonly<{ route: Route }>) {
  switch (route.view) {
    case "wallboard":
      return <SitesWallboard sites={sites} onSite={onSite} />;
    case "agents":
      return <SitesAgents sites={sites} onSite={onSite} />;
    default:
      return (
        <Notice title="Choose a site">
          <p>This view is about one site.</p>
          {sites.map(({ store: { signedIn } }) => (
            <button key={signedIn.site} class="ui-button" type="button" onClick={() => onSite(signedIn.site)}>
              {signedIn.site}
            </button>
          ))}
        </Notice>
      );
  }
}

/** All sites with their stores. The component is redrawn after each change. */
function useSites(signedIn: SignedIn, schedule: Props["schedule"]): readonly Site[] {
  const [{ all, sites }] = useState(() => {
    const { token, claims } = signedIn;
    const names = claims.sites.slice(0, maxSites);
    const client = connectSites({ url: location.origin, sites: names, token });
    const made = createSiteStores({ client, sites: names, token, claims, schedule, now: Date.now });
    return { all: made, sites: made.stores.map((store): Site => ({ store, history: readHistory(store) })) };
  });
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => all.subscribe(() => again(undefined)), [all]);
  useEffect(
    () => () => {
      for (const { history } of sites) history.close();
      all.close();
    },
    [all, sites],
  );
  return sites;
}

/** Shows the number of callers who wait at all sites in the tab's title. */
function useTitle(sites: readonly Site[]): void {
  const counts = sites.flatMap(({ store: { state } }) => state.queues().map((name) => state.queue(name)?.count ?? 0));
  const waiting = counts.reduce((sum, count) => sum + count, 0);
  const title = `${waiting > 0 ? `(${waiting}) ` : ""}${sites.length} sites · pbxis`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
