/** The wallboard of several sites: the totals of all, and each site's queues. */

import { hasData } from "../shell/no-data.tsx";
import { useNow } from "../ui/hooks.ts";
import { boardOf } from "../wallboard/board.ts";
import { boardColumns, minTileEm } from "../wallboard/columns.ts";
import { sortQueues } from "../wallboard/tile-view.ts";
import { Tiles } from "../wallboard/tiles.tsx";
import { useThresholds } from "../wallboard/use-thresholds.ts";
import { NoQueues, Totals } from "../wallboard/wallboard.tsx";
import { SitePart, type SitesProps } from "./site-part.tsx";
import { queuesAt } from "./totals.ts";

export function SitesWallboard({ sites, onSite }: SitesProps) {
  const now = useNow();
  const [thresholds] = useThresholds();
  const boards = sites.map((site) => ({ site, ...boardOf(site.store, now) }));
  return (
    <>
      <div class="wb-bar">
        <h1>Wallboard</h1>
        <Totals queues={queuesAt(boards, now)} at={now} label="All sites, today" />
      </div>
      {boards.map(({ site, queues, at }) => (
        <SitePart key={site.store.signedIn.site} site={site} onSite={onSite}>
          {queues.length > 0 ? (
            <>
              <Totals queues={queues} at={at} label={`${site.store.signedIn.site}, today`} />
              <Tiles
                queues={sortQueues(queues, "name")}
                at={at}
                thresholds={thresholds}
                isKiosk={false}
                columnsOf={columnsOf}
              />
            </>
          ) : (
            hasData(site.store) && <NoQueues />
          )}
        </SitePart>
      ))}
    </>
  );
}

/** As many columns as there is width for: the sites stand below one another. */
function columnsOf(list: HTMLElement, count: number): number {
  const { rowGap, fontSize } = getComputedStyle(list);
  const em = Number.parseFloat(fontSize);
  const width = { width: list.clientWidth, minWidth: minTileEm * em };
  return boardColumns(count, { ...width, height: 0, minHeight: 0, gap: Number.parseFloat(rowGap) });
}
