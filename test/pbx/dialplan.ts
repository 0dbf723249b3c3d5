/** The dialplan: which extensions there are, and what a channel meets there. */
import { emitDeviceState } from "./channel.ts";
import { end } from "./conversation.ts";
import { dial, dialOut } from "./dial.ts";
import { isSpace, retrieve } from "./parking.ts";
import { enterQueue } from "./queue-call.ts";
import type { Agent, Channel, PbxState, Queue } from "./state.ts";

export type Destination =
  | Readonly<{ kind: "agent"; agent: Agent }>
  | Readonly<{ kind: "queue"; queue: Queue }>
  | Readonly<{ kind: "space"; space: string }>
  | Readonly<{ kind: "outside"; number: string }>;

const everything = ["agent", "queue", "space", "outside"] as const;
const contexts: Readonly<Record<string, readonly Destination["kind"][]>> = {
  default: everything,
  "from-internal": everything,
  "from-agents": everything,
  "from-trunk": ["agent", "queue"],
  agents: ["agent"],
  queues: ["queue"],
  parkedcalls: ["space"],
};

/** Where an extension leads to; undefined: nowhere. */
export function destinationOf(state: PbxState, context: string, exten: string): Destination | undefined {
  const destination = anywhere(state, exten);
  return destination && contexts[context]?.includes(destination.kind) ? destination : undefined;
}

function anywhere(state: PbxState, exten: string): Destination | undefined {
  const agent = state.agents.get(exten);
  if (agent) return { kind: "agent", agent };
  const queue = [...state.queues.values()].find(({ config }) => config.exten === exten);
  if (queue) return { kind: "queue", queue };
  if (isSpace(exten)) return { kind: "space", space: exten };
  return /^\+?\d{5,}$/.test(exten) ? { kind: "outside", number: exten } : undefined;
}

/** What the dialplan does with a channel that comes to this extension. Where nothing can be had, it hangs up. */
export function goTo(state: PbxState, channel: Channel, context: string, exten: string): void {
  channel.context = context;
  channel.exten = exten;
  channel.priority = 1;
  emitDeviceState(state, channel.device);
  if (!reach(state, channel, destinationOf(state, context, exten))) end(state, channel);
}

function reach(state: PbxState, channel: Channel, destination: Destination | undefined): boolean {
  switch (destination?.kind) {
    case "agent":
      return dial(state, channel, destination.agent);
    case "outside":
      return dialOut(state, channel, destination.number);
    case "queue":
      enterQueue(state, destination.queue, channel);
      return true;
    case "space": {
      const parked = state.parked.get(destination.space);
      if (parked) retrieve(state, parked, channel);
      return parked !== undefined;
    }
    case undefined:
      return false;
  }
}
