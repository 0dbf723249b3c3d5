/** The interface of the stand-ins for `node:net` and `ws` to the running simulation. */
import type { Clock, Process } from "../clock.ts";
import type { Conditions, WireEnd } from "../wire.ts";

export type Dialed = Readonly<{ end: WireEnd } | { status: number }>;

export type Network = Readonly<{
  clock: Clock;
  chance: () => number;
  /** The conditions of TCP connections to a port. Only AMI uses TCP. */
  tcpOf: (port: number) => Conditions;
  onTcp: (port: number, cut: (how: "loud" | "silent") => void, ends: readonly [Process, Process]) => void;
  /** Opens a WebSocket for `process`; null if the connection is refused. */
  dial: (url: URL, headers: Readonly<Record<string, string>>, process: Process) => Promise<Dialed | null>;
}>;

let network: Network | null = null;

export function useNetwork(newNetwork: Network): void {
  network = newNetwork;
}

export function theNetwork(): Network {
  if (!network) throw new Error("no simulation has begun");
  return network;
}
