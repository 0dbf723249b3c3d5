/**
 * What one benchmark is and what it reports. `main.ts` runs each in a process of its own, so that none inherits another's heap, and writes the
 * reports as docs/BENCHMARKS.md; a benchmark knows nothing of that page.
 */

/** A figure that a benchmark was to reach, and what it reached. */
export type Target = Readonly<{ goal: string; seen: string; met: boolean }>;

/** Figures are given as they shall be read: rounded, with their unit in the column's name. */
export type Table = Readonly<{
  title: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}>;

/** One line over a few sizes: how something grows. `xs` are shown as they are, evenly spaced. */
export type Plot = Readonly<{
  title: string;
  xLabel: string;
  yLabel: string;
  xs: readonly number[];
  ys: readonly number[];
}>;

export type Report = Readonly<{
  /** What was measured and how, in a few sentences. */
  method: readonly string[];
  tables: readonly Table[];
  plots?: readonly Plot[];
  targets: readonly Target[];
  /** What the figures mean, what was tried and won or did not. */
  findings?: readonly string[];
}>;

export type BenchContext = Readonly<{
  /** A short run, to see whether the benchmark works: its figures mean nothing. */
  quick: boolean;
  /** A line for whoever waits. */
  log: (line: string) => void;
}>;

export type Bench = Readonly<{
  title: string;
  run: (context: BenchContext) => Promise<Report>;
}>;

/** The middle of several runs; of an even number, the lower of the two in the middle, which was really seen. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error("the median of nothing");
  return middle;
}

/** The smallest value that a share `rank` (0.5, 0.99, …) of all values does not exceed. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(rank * sorted.length) - 1))];
  if (found === undefined) throw new Error("a percentile of nothing");
  return found;
}
