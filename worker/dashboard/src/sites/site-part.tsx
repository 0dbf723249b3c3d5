/** One site's part of a page of several: its name, its link, and what is shown of it, which uses the site's own store. */
import type { ComponentChildren } from "preact";
import { CommandStatus } from "../command/command-status.tsx";
import { HistoryContext } from "../history/context.ts";
import type { History } from "../history/history.ts";
import { FreshnessLine } from "../shell/freshness-line.tsx";
import type { Store } from "../store/store.ts";
import { StoreContext } from "../ui/hooks.ts";

export type Site = Readonly<{ store: Store; history: History }>;

/** `onSite` chooses a site for the whole page. */
export type SitesProps = Readonly<{ sites: readonly Site[]; onSite: (site: string) => void }>;

/** `share`: how much of the screen it gets, where all parts share one. */
type Props = Readonly<{
  site: Site;
  onSite: (site: string) => void;
  share?: number;
  children: ComponentChildren;
}>;

export function SitePart({ site: { store, history }, onSite, share = 1, children }: Props) {
  const { site } = store.signedIn;
  // A link leads to a view of this site alone.
  const onClick = (event: MouseEvent): void => {
    if (event.target instanceof Element && event.target.closest("a")) onSite(site);
  };
  return (
    <StoreContext.Provider value={store}>
      <HistoryContext.Provider value={history}>
        <section
          class="st-site"
          aria-label={site}
          data-freshness={store.freshness().kind}
          style={{ "--share": share }}
          onClickCapture={onClick}
        >
          <div class="st-head">
            <h2>{site}</h2>
            <FreshnessLine />
          </div>
          {children}
          <CommandStatus label={`Actions at ${site}`} />
        </section>
      </HistoryContext.Provider>
    </StoreContext.Provider>
  );
}
