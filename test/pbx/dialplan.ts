/** The dialplan: which extensions there are, and what a channel meets there. */
import { tellDevice } from "./channel.ts";
import { end } from "./conversation.ts";
import { dial, dialOut } from "./dial.ts";
import { isSpace, retrieve } from "./parking.ts";
import { enterQueue } from "./queue-call.ts";
import type { Agent, Channel, Queue, World } from "./world.ts";

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
export function destinationOf(world: World, context: string, exten: string): Destination | undefined {
  const destination = anywhere(world, exten);
  return destination && contexts[context]?.includes(destination.kind) ? destination : undefined;
}

function anywhere(world: World, exten: string): Destination | undefined {
  const agent = world.agents.get(exten);
  if (agent) return { kind: "agent", agent };
  const queue = [...world.queues.values()].find(({ config }) => config.exten === exten);
  if (queue) return { kind: "queue", queue };
  if (isSpace(exten)) return { kind: "space", space: exten };
  return /^\+?\d{5,}$/.test(exten) ? { kind: "outside", number: exten } : undefined;
}

/** What the dialplan does with a channel that comes to this extension. Where nothing can be had, it hangs up. */
export function goTo(world: World, channel: Channel, context: string, exten: string): void {
  channel.context = context;
  channel.exten = exten;
  channel.priority = 1;
  tellDevice(world, channel.device);
  if (!reach(world, channel, destinationOf(world, context, exten))) end(world, channel);
}

function reach(world: World, channel: Channel, destination: Destination | undefined): boolean {
  switch (destination?.kind) {
    case "agent":
      return dial(world, channel, destination.agent);
    case "outside":
      return dialOut(world, channel, destination.number);
    case "queue":
      enterQueue(world, destination.queue, channel);
      return true;
    case "space": {
      const parked = world.parked.get(destination.space);
      if (parked) retrieve(world, parked, channel);
      return parked !== undefined;
    }
    case undefined:
      return false;
  }
}
