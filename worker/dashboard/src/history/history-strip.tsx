/**
 * The chart of a queue's last hour below its figures: an area for the waiting callers, a line for the service level.
 */
import { useContext, useEffect, useState } from "preact/hooks";
import { HistoryContext } from "./context.ts";
import { seriesText } from "./series-text.ts";
import { height, stripPaths } from "./strip-paths.ts";

const redrawMs = 10_000;

export function HistoryStrip({ queue }: Readonly<{ queue: string }>) {
  const history = useContext(HistoryContext);
  const [series, setSeries] = useState(() => history?.series(queue));
  useEffect(() => {
    const draw = (): void => setSeries(history?.series(queue));
    draw();
    const timer = setInterval(draw, redrawMs);
    return () => clearInterval(timer);
  }, [history, queue]);
  const label = series ? seriesText(queue, series) : `Last hour of ${queue}.`;
  const { width, waiting, area, serviceLevel } = stripPaths(series ?? { at: [], waiting: [], serviceLevel: [] });
  return (
    <div class="hs-strip" role="img" aria-label={label} title={label}>
      <svg class="hs-plot" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="hs-area" d={area} />
        <path class="hs-waiting" d={waiting} />
        <path class="hs-level" d={serviceLevel} />
      </svg>
      <p class="hs-key">
        <span class="hs-key-waiting" /> waiting <span class="hs-key-level" /> service level, last hour
      </p>
    </div>
  );
}
