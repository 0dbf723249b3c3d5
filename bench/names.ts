/** All benchmarks, in the order of the page. Each is `<name>/bench.ts`. */
export const benchNames = [
  "ami",
  "traffic",
  "latency",
  "fan-out",
  "slow-clients",
  "joins",
  "scale",
  "site",
  "cost",
  "start",
] as const;
export type BenchName = (typeof benchNames)[number];

export function isBenchName(name: string): name is BenchName {
  return benchNames.some((known) => known === name);
}
