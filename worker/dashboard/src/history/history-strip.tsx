/**
 * The chart of a queue's last hours below its figures: an area for the waiting callers, a line for the service level,
 * and a thin line for its target.
 */
import { useContext, useEffect, useReducer } from "preact/hooks";
import { HistoryContext } from "./context.ts";
import { emptySeries } from "./series.ts";
import { seriesText } from "./series-text.ts";
import { height, stripPaths, targetPath } from "./strip-paths.ts";

/** `targetText`: such as `80% in 20 s`; null if the queue has no target. */
type Props = Readonly<{ queue: string; targetPercent: number; targetText: string | null }>;

export function HistoryStrip({ queue, targetPercent, targetText }: Props) {
  const history = useContext(HistoryContext);
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => history?.subscribe(() => again(undefined)), [history]);
  const series = history?.series(queue) ?? emptySeries;
  const label = seriesText(queue, series);
  const { width, waiting, area, serviceLevel } = stripPaths(series);
  return (
    <div class="hs-strip" role="img" aria-label={label} title={label}>
      <svg class="hs-plot" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="hs-area" d={area} />
        <path class="hs-waiting" d={waiting} />
        {targetText !== null && serviceLevel !== "" && <path class="hs-target" d={targetPath(width, targetPercent)} />}
        <path class="hs-level" d={serviceLevel} />
      </svg>
      <p class="hs-key">
        <span class="hs-key-waiting" /> waiting <span class="hs-key-level" /> service level
        {targetText !== null && `, target ${targetText}`}
      </p>
    </div>
  );
}
