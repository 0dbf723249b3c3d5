/** What a simulated page has of its browser: a clock, and connections to the worker that can be cut. */
import type { Fetch } from "../../../shared/src/client/platform.ts";
import type { Edge } from "../client-network.ts";
import type { Clock, Process } from "../clock.ts";
import type { Conditions, Wire } from "../wire.ts";

export type PageEvent = Readonly<{ type: string; [property: string]: unknown }>;
export type Transport = "websocket" | "sse" | "long-poll";

/** `onWire` gets each connection, so that it can be cut. */
export type PageNetwork = Readonly<{
  clock: Clock;
  process: Process;
  edge: Edge;
  conditions: Conditions;
  fetch: Fetch;
  onWire: (wire: Wire) => void;
}>;

export const origin = "https://edge.simulated";
export function sleep({ clock, process }: Pick<PageNetwork, "clock" | "process">, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, process, "page waits", resolve));
}
