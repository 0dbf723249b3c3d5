/** The parts of one simulated seed, as the fault injector and its actions need them. */
import type { SimulatedPbx } from "../pbx/start.ts";
import type { SimulatedClient } from "./client.ts";
import type { Losses } from "./client-network.ts";
import type { Clock } from "./clock.ts";
import type { Connectors } from "./connectors.ts";
import type { Machines } from "./machines.ts";
import type { Page } from "./pages/page.ts";
import type { Runtime } from "./runtime/runtime.ts";
import type { Conditions } from "./wire.ts";

export type Simulation = Readonly<{
  clock: Clock;
  pbx: SimulatedPbx;
  connectors: Connectors;
  runtime: Runtime;
  clients: readonly SimulatedClient[];
  pages: readonly Page[];
  machines: Machines;
  /** The conditions of the uplink and of AMI. */
  uplink: Conditions;
  ami: Conditions;
  losses: Losses;
}>;

export function pick<Item>(chance: () => number, items: readonly Item[]): Item {
  return items[Math.floor(chance() * items.length)] as Item;
}
