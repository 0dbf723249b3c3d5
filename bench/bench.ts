/**
 * The interface of a benchmark, and its report. `main.ts` runs each benchmark in a process of its own, so that none
 * inherits another's heap, and writes the reports to docs/BENCHMARKS.md. A benchmark does not know that page.
 */

/** A goal for a figure, and the figure. */
export type Target = Readonly<{ goal: string; seen: string; met: boolean }>;

/** Figures are rounded for the reader, and their unit is in the column's name. */
export type Table = Readonly<{
  title: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}>;

/** How something grows, as one line over a few sizes. The `xs` are labels, evenly spaced. */
export type Plot = Readonly<{
  title: string;
  xLabel: string;
  yLabel: string;
  xs: readonly number[];
  ys: readonly number[];
}>;

export type Report = Readonly<{
  /** What is measured and how, in a few sentences. */
  method: readonly string[];
  tables: readonly Table[];
  plots?: readonly Plot[];
  targets: readonly Target[];
  /** What the figures mean, and which changes were tried, with or without success. */
  findings?: readonly string[];
}>;

export type BenchContext = Readonly<{
  /** A short run that shows whether the benchmark works. Its figures mean nothing. */
  quick: boolean;
  /** Reports progress in a line. */
  log: (line: string) => void;
}>;

export type Bench = Readonly<{
  title: string;
  run: (context: BenchContext) => Promise<Report>;
}>;

/** The median. For an even number of values it is the lower of the two in the middle, which was really measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error("the median of nothing");
  return middle;
}

/** The smallest value that at least the share `rank` (0.5, 0.99, …) of all values does not exceed. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(rank * sorted.length) - 1))];
  if (found === undefined) throw new Error("a percentile of nothing");
  return found;
}
