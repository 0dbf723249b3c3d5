/** All benchmarks, in the order in which the page tells them; each is `<name>/bench.ts`. */
export const benchNames = ["ami", "traffic", "latency", "fan-out", "slow-clients", "site", "cost", "start"] as const;
export type BenchName = (typeof benchNames)[number];

export function isBenchName(name: string): name is BenchName {
  return benchNames.some((known) => known === name);
}
