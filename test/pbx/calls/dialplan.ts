/** The dialplan: which extensions exist, and what they do with a channel. */

import type { Agent, Channel, PbxState, Queue } from "../state.ts";
import { emitDeviceState } from "./channel.ts";
import { endCall } from "./conversation.ts";
import { dial, dialOut } from "./dial.ts";
import { answerOriginate } from "./originate.ts";
import { isSpace, retrieve } from "./parking.ts";
import { pickUpRing } from "./pickup.ts";
import { enterQueue } from "./queue-call.ts";
import { beginSpy } from "./supervision.ts";
import { bridgeWith } from "./waiting-caller.ts";

export type Destination =
  | Readonly<{ kind: "agent"; agent: Agent }>
  | Readonly<{ kind: "queue"; queue: Queue }>
  | Readonly<{ kind: "space"; space: string }>
  | Readonly<{ kind: "outside"; number: string }>
  | Snippet;
/** What `--print-dialplan` prints. */
type Snippet = Readonly<{ kind: "pick" | "pickup" | "spy" }>;

const everything = ["agent", "queue", "space", "outside"] as const;
const contexts: Readonly<Record<string, readonly Destination["kind"][]>> = {
  default: everything,
  "from-internal": everything,
  "from-agents": everything,
  "from-trunk": ["agent", "queue"],
  agents: ["agent"],
  queues: ["queue"],
  parkedcalls: ["space"],
  "pbxis-edge": ["pick", "pickup", "spy"],
};

/** The destination of an extension; undefined if it does not exist in that context. */
export function destinationOf(state: PbxState, context: string, exten: string): Destination | undefined {
  const destination = resolve(state, exten);
  return destination && contexts[context]?.includes(destination.kind) ? destination : undefined;
}

function resolve(state: PbxState, exten: string): Destination | undefined {
  if (exten === "pick" || exten === "pickup" || exten === "spy") return { kind: exten };
  const agent = state.agents.get(exten);
  if (agent) return { kind: "agent", agent };
  const queue = [...state.queues.values()].find(({ config }) => config.exten === exten);
  if (queue) return { kind: "queue", queue };
  if (isSpace(exten)) return { kind: "space", space: exten };
  return /^\+?\d{5,}$/.test(exten) ? { kind: "outside", number: exten } : undefined;
}

/** Executes an extension for a channel, and hangs the channel up if its destination is not available. */
export function goTo(state: PbxState, channel: Channel, context: string, exten: string): void {
  channel.context = context;
  channel.exten = exten;
  channel.priority = 1;
  emitDeviceState(state, channel.device);
  if (!route(state, channel, destinationOf(state, context, exten))) endCall(state, channel);
}

function route(state: PbxState, channel: Channel, destination: Destination | undefined): boolean {
  switch (destination?.kind) {
    case "agent":
      return dial(state, channel, destination.agent);
    case "outside":
      return dialOut(state, channel, destination.number);
    case "queue":
      enterQueue(state, destination.queue, channel);
      return true;
    case "pick":
      return bridgeWith(state, channel);
    case "pickup":
      return pickUp(state, channel);
    case "spy":
      return beginSpy(state, channel);
    case "space": {
      const parked = state.parked.get(destination.space);
      if (parked) retrieve(state, parked, channel);
      return parked !== undefined;
    }
    case undefined:
      return false;
  }
}

function pickUp(state: PbxState, channel: Channel): boolean {
  const taken = pickUpRing(state, channel);
  if (typeof taken === "boolean") return taken;
  answerOriginate(state, taken);
  goTo(state, channel, taken.request.context, taken.request.exten);
  return true;
}
