/**
 * The chart's shapes: a stack of parts for each interval, and a line of percentages over them. Pure; lengths in px.
 */

/** `parts`: from the bottom to the top, in the unit of the chart; `percent`: null if not known. */
export type Bar = Readonly<{ label: string; parts: readonly number[]; percent: number | null; isPartial: boolean }>;

type Rect = Readonly<{ x: number; y: number; width: number; height: number }>;

export type ChartShapes = Readonly<{
  /** For each bar its parts' rectangles. */
  bars: readonly (readonly Rect[])[];
  /** The stretch of each bar, over the whole height. */
  slots: readonly Rect[];
  /** Left axis. */
  ticks: readonly Readonly<{ value: number; y: number }>[];
  line: string;
  /** The indices of the bars whose labels have room. */
  labelled: readonly number[];
  plot: Rect;
}>;

const margin = { left: 44, right: 40, top: 10, bottom: 24 };
const labelWidth = 56;

export function chartShapes(bars: readonly Bar[], width: number, height: number): ChartShapes {
  const plot = {
    x: margin.left,
    y: margin.top,
    width: Math.max(1, width - margin.left - margin.right),
    height: Math.max(1, height - margin.top - margin.bottom),
  };
  const step = plot.width / Math.max(1, bars.length);
  const values = ticksOf(Math.max(0, ...bars.map(({ parts }) => total(parts))));
  const most = values.at(-1) ?? 1;
  const yOf = (value: number): number => round(plot.y + plot.height - (value / most) * plot.height);
  const gap = step > 6 ? Math.min(8, step * 0.2) : 0;
  const slots = bars.map((_, index) => ({ ...plot, x: round(plot.x + index * step), width: round(step) }));
  const every = Math.max(1, Math.ceil(labelWidth / step));
  return {
    bars: bars.map(({ parts }, index) => stack(parts, round(plot.x + index * step + gap / 2), round(step - gap), yOf)),
    slots,
    ticks: values.map((value) => ({ value, y: yOf(value) })),
    line: lineOf(bars, (index) => round(plot.x + (index + 0.5) * step), plot),
    labelled: bars.flatMap((_, index) => (index % every === 0 ? [index] : [])),
    plot,
  };
}

function stack(parts: readonly number[], x: number, width: number, yOf: (value: number) => number): Rect[] {
  let below = 0;
  return parts.map((part) => {
    const bottom = yOf(below);
    below += part;
    const y = yOf(below);
    return { x, y, width, height: round(bottom - y) };
  });
}

/** One stroke for each run of known values; a single one is a short stroke. */
function lineOf(bars: readonly Bar[], xOf: (index: number) => number, plot: Rect): string {
  let path = "";
  bars.forEach(({ percent }, index) => {
    if (percent === null) return;
    const y = round(plot.y + plot.height * (1 - percent / 100));
    const isFollowing = index > 0 && bars[index - 1]?.percent != null;
    const isAlone = !isFollowing && bars[index + 1]?.percent == null;
    path += isAlone ? `M${xOf(index) - 3} ${y}h6` : `${isFollowing ? "L" : "M"}${xOf(index)} ${y}`;
  });
  return path;
}

/** 0 and up to five round values, the last of which is not below `most`. */
export function ticksOf(most: number): readonly number[] {
  const rough = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? power * 10);
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, index) => index * step);
}

function total(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + part, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
