/** Kiosk mode for several sites: all their tiles on one screen, each site with its link. */
import { hasData } from "../shell/no-data.tsx";
import { useNow } from "../ui/hooks.ts";
import { boardOf } from "../wallboard/board.ts";
import { KioskTiles } from "../wallboard/kiosk.tsx";
import { NoQueues } from "../wallboard/wallboard.tsx";
import { SitePart, type SitesProps } from "./site-part.tsx";

/** A site's share of the screen is that of its tiles. */
export function SitesKiosk({ sites, onSite }: SitesProps) {
  const now = useNow();
  return (
    <div class="st-kiosk">
      {sites.map((site) => {
        const board = boardOf(site.store, now);
        return (
          <SitePart key={site.store.signedIn.site} site={site} onSite={onSite} share={Math.max(1, board.queues.length)}>
            {board.queues.length > 0 ? <KioskTiles board={board} /> : hasData(site.store) && <NoQueues />}
          </SitePart>
        );
      })}
    </div>
  );
}
