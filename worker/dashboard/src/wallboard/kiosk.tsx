/** The wallboard for a screen on the wall: the tiles, as large as possible, the freshness and the time. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { FreshnessLine } from "../shell/freshness-line.tsx";
import { hasData, NoData } from "../shell/no-data.tsx";
import { hrefOf } from "../shell/route.ts";
import { Warnings } from "../shell/warnings.tsx";
import { formatClock } from "../ui/format.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import { Icon } from "../ui/icon.tsx";
import { type Board, useBoard } from "./board.ts";
import { kioskColumns } from "./columns.ts";
import { sortQueues } from "./tile-view.ts";
import { Tiles } from "./tiles.tsx";
import { useThresholds } from "./use-thresholds.ts";
import { useWakeLock } from "./use-wake-lock.ts";
import { NoQueues } from "./wallboard.tsx";

const wallboard = hrefOf({ view: "wallboard" });

export function Kiosk({ onSignOut }: Readonly<{ onSignOut: () => void }>) {
  const store = useStore();
  const board = useBoard();
  return (
    <KioskFrame title={store.signedIn.site} fresh={<FreshnessLine />} onSignOut={onSignOut}>
      {!hasData(store) ? (
        <NoData onSignOut={onSignOut} />
      ) : board.queues.length === 0 ? (
        <NoQueues />
      ) : (
        <KioskTiles board={board} />
      )}
    </KioskFrame>
  );
}

/** `fresh`: how fresh what is shown is. */
type FrameProps = Readonly<{
  title: string;
  fresh: ComponentChildren;
  onSignOut: () => void;
  children: ComponentChildren;
}>;

export function KioskFrame({ title, fresh, onSignOut, children }: FrameProps) {
  const store = useStore();
  const now = useNow();
  useWakeLock();
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === "Escape" && !document.fullscreenElement) location.hash = wallboard;
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <div class="wb-kiosk">
      <header class="wb-kiosk-head">
        <h1>{title}</h1>
        {fresh}
        <time class="wb-kiosk-clock">{formatClock(now, now).slice(0, 5)}</time>
        <div class="sh-tools">
          <button class="ui-button" type="button" onClick={toggleFullScreen}>
            <Icon name="screen" /> Full screen
          </button>
          <a class="ui-button" href={wallboard}>
            <Icon name="close" /> Exit
          </a>
        </div>
      </header>
      <Warnings onSignOut={onSignOut} />
      <main class="wb-kiosk-main" id="main" tabIndex={-1} data-freshness={store.freshness().kind}>
        {children}
      </main>
    </div>
  );
}

export function KioskTiles({ board: { queues, at } }: Readonly<{ board: Pick<Board, "queues" | "at"> }>) {
  const [thresholds] = useThresholds();
  return <Tiles queues={sortQueues(queues, "name")} at={at} thresholds={thresholds} isKiosk columnsOf={columnsOf} />;
}

function columnsOf({ clientWidth, clientHeight }: HTMLElement, count: number): number {
  return kioskColumns(count, clientHeight > 0 ? clientWidth / clientHeight : 1);
}

function toggleFullScreen(): void {
  // The browser may refuse full screen. Then nothing changes, and the user sees that.
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  done.catch(() => {});
}
