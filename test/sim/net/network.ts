/** What the stand-ins for `node:net` and `ws` need of the simulation that runs just now. */
import type { Clock, Process } from "../clock.ts";
import type { Conditions, WireEnd } from "../wire.ts";

export type Dialed = Readonly<{ end: WireEnd } | { status: number }>;

export type Network = Readonly<{
  clock: Clock;
  chance: () => number;
  /** Of all TCP connections: AMI is the only one. */
  tcp: Conditions;
  onTcp: (cut: (how: "loud" | "silent") => void, ends: readonly [Process, Process]) => void;
  /** Opens a WebSocket for `process`; null where nobody answers. */
  dial: (url: URL, headers: Readonly<Record<string, string>>, process: Process) => Promise<Dialed | null>;
}>;

let network: Network | null = null;

export function useNetwork(given: Network): void {
  network = given;
}

export function theNetwork(): Network {
  if (!network) throw new Error("no simulation has begun");
  return network;
}
