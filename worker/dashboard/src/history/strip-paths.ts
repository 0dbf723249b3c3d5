/** The chart's shapes as SVG paths in a box of `width` × 100, in which one step is one wide. Pure. */
import type { Series } from "./series.ts";

export const height = 100;
/** The scale shows at least this many callers, so that a single caller does not fill the height. */
const minScale = 4;
/** The share of the height that the highest value takes, so that its line is not cut in half. */
const share = 0.96;

/** `area` is below `waiting`. */
export type StripPaths = Readonly<{ width: number; waiting: string; area: string; serviceLevel: string }>;

export function stripPaths({ waiting, serviceLevel }: Series): StripPaths {
  const most = Math.max(minScale, ...waiting.map((count) => count ?? 0));
  const counts = segmentsOf(waiting, most);
  return {
    width: Math.max(1, waiting.length),
    waiting: counts.map(({ path }) => path).join(""),
    area: counts.map(({ path, from }) => `${path}V${height}H${from}Z`).join(""),
    serviceLevel: segmentsOf(serviceLevel, 100)
      .map(({ path }) => path)
      .join(""),
  };
}

/** The line of a percentage over the whole width. */
export function targetPath(width: number, percent: number): string {
  return `M0 ${round(height - percent * share)}H${width}`;
}

/** One segment for each run of values without a gap: a line that begins at the step `from`. */
type Segment = { path: string; from: number };

/** Steps, because a value holds until the next. A slope would show numbers of callers that never were. */
function segmentsOf(values: readonly (number | null)[], most: number): readonly Segment[] {
  const segments: Segment[] = [];
  let open: Segment | null = null;
  values.forEach((value, index) => {
    if (value === null) {
      open = null;
      return;
    }
    const y = round(height - (value / most) * height * share);
    if (open) open.path += `V${y}`;
    else {
      open = { path: `M${index} ${y}`, from: index };
      segments.push(open);
    }
    open.path += `H${index + 1}`;
  });
  return segments;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
