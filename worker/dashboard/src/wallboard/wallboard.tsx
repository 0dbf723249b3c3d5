/** The view of all queues: a tile for each, and the totals above them. */
import { useState } from "preact/hooks";
import { Notice } from "../shell/notice.tsx";
import { formatDuration } from "../ui/format.ts";
import { useStore } from "../ui/hooks.ts";
import { Icon } from "../ui/icon.tsx";
import { browserStorage } from "../ui/storage.ts";
import { type Board, useBoard } from "./board.ts";
import { boardColumns, minTileEm, minTileHeightEm } from "./columns.ts";
import { ThresholdsDialog } from "./thresholds-dialog.tsx";
import { type Order, sortQueues, totalsOf } from "./tile-view.ts";
import { Tiles } from "./tiles.tsx";
import { useThresholds } from "./use-thresholds.ts";

const orderKey = "pbxis-order";
const orders: Readonly<Record<Order, string>> = { name: "Name", wait: "Longest wait", waiting: "Most waiting" };
const isOrder = (text: string | null): text is Order => text !== null && Object.hasOwn(orders, text);

export function Wallboard() {
  const { queues, at } = useBoard();
  const [thresholds, setThresholds] = useThresholds();
  const [order, setOrder] = useState<Order>(() => {
    const stored = browserStorage.getItem(orderKey);
    return isOrder(stored) ? stored : "name";
  });
  const [isSetting, setSetting] = useState(false);
  const choose = (text: string): void => {
    if (!isOrder(text)) return;
    browserStorage.setItem(orderKey, text);
    setOrder(text);
  };
  return (
    <>
      <div class="wb-bar">
        <h1>Wallboard</h1>
        <Totals queues={queues} at={at} />
        <label class="wb-order">
          Sort by{" "}
          <select class="ui-select" value={order} onChange={(event) => choose(event.currentTarget.value)}>
            {Object.entries(orders).map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <button class="ui-button" type="button" aria-haspopup="dialog" onClick={() => setSetting(true)}>
          <Icon name="settings" /> Thresholds
        </button>
      </div>
      {queues.length === 0 ? (
        <NoQueues />
      ) : (
        <Tiles
          queues={sortQueues(queues, order)}
          at={at}
          thresholds={thresholds}
          isKiosk={false}
          columnsOf={columnsOf}
        />
      )}
      {isSetting && (
        <ThresholdsDialog
          thresholds={thresholds}
          queues={sortQueues(queues, "name").map(({ queue }) => queue)}
          onSave={setThresholds}
          onClose={() => setSetting(false)}
        />
      )}
    </>
  );
}

/** The columns depend on the number of tiles and on the room, so that the screen is filled and no row nearly empty. */
function columnsOf(list: HTMLElement, count: number): number {
  const { rowGap, fontSize } = getComputedStyle(list);
  const em = Number.parseFloat(fontSize);
  return boardColumns(count, {
    width: list.clientWidth,
    height: innerHeight - list.offsetTop - em,
    minWidth: minTileEm * em,
    minHeight: minTileHeightEm * em,
    gap: Number.parseFloat(rowGap),
  });
}

/** `label`: what the totals are of, for screen readers. */
type TotalsProps = Pick<Board, "queues" | "at"> & Readonly<{ label?: string }>;

export function Totals({ queues, at, label = "All queues, today" }: TotalsProps) {
  const { waiting, longestWaitSince, answered, abandoned } = totalsOf(queues);
  return (
    <dl class="wb-totals" aria-label={label}>
      <div>
        <dt>Queues</dt>
        <dd>{queues.length}</dd>
      </div>
      <div>
        <dt>Waiting</dt>
        <dd>{waiting}</dd>
      </div>
      <div>
        <dt>Longest wait</dt>
        <dd>{longestWaitSince === null ? "–" : formatDuration(at - longestWaitSince)}</dd>
      </div>
      <div>
        <dt>Answered</dt>
        <dd>{answered}</dd>
      </div>
      <div>
        <dt>Abandoned</dt>
        <dd>{abandoned}</dd>
      </div>
    </dl>
  );
}

export function NoQueues() {
  const { signedIn, freshness } = useStore();
  const { claims, site } = signedIn;
  const current = freshness();
  if (current.kind === "stale" && current.asOf === 0)
    return (
      <Notice isPart title="No data for this site yet">
        <p>No connector has connected for {site} yet. Its queues will appear here automatically.</p>
      </Notice>
    );
  return claims.queues.length === 0 ? (
    <Notice isPart title="No queues for this token">
      <p>Your token grants no queues at {site}. The agents that it grants are in the Agents view.</p>
    </Notice>
  ) : (
    <Notice isPart title="No queues yet">
      <p>
        {claims.queues.includes("*")
          ? `Asterisk at ${site} has no queues. New queues will appear here automatically.`
          : `There is no data yet for ${claims.queues.join(", ")}. It will appear here automatically.`}
      </p>
    </Notice>
  );
}
