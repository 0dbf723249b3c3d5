/**
 * A page that was written for pbxis-ws (section 11 of PROTOCOL.md): it asks for a ticket, follows its stream by one of
 * the three transports, and keeps the last event of each state. It knows nothing of the product but the paths, and
 * takes a new ticket, with empty states, where the protocol does not promise that it has everything.
 */
import { parseCursor } from "@pbxis/shared";
import type { Audience } from "../audience.ts";
import { createFetch, type Edge, type Losses } from "../client-network.ts";
import { type Clock, createMachine, createProcess, type Machine, type Process } from "../clock.ts";
import { type Conditions, goodConditions, type Wire } from "../wire.ts";
import { origin, type PageEvent, type PageNetwork, sleep, type Transport } from "./network.ts";
import { follow } from "./transports.ts";

export type PageRole = Readonly<{
  name: string;
  transport: Transport;
  token: string;
  request: Readonly<{ agents: readonly string[]; queues: readonly string[]; summaryEvents: boolean }>;
  audience: Audience;
}>;

/**
 * What one ticket brought. `groups` are the occurrences in order, each group with the `id` that came with or after it;
 * only server-sent events have ids. `streams` counts the streams that were opened with it.
 */
export type TicketRecord = {
  readonly states: Map<string, PageEvent>;
  readonly occurrences: PageEvent[];
  readonly groups: { id: string; occurrences: PageEvent[]; stream: number }[];
  events: number;
  streams: number;
  isOpen: boolean;
};

export type Page = Readonly<{
  role: PageRole;
  conditions: Conditions;
  machine: Machine;
  /** One for each ticket that it had; the last one is current. */
  tickets: readonly TicketRecord[];
  cut: (how: "loud" | "silent") => void;
  /** Loads the page anew. */
  reload: () => void;
}>;

type Options = Readonly<{ clock: Clock; chance: () => number; edge: Edge; losses: Losses; role: PageRole }>;

/** How long a page waits before it asks again. */
const pauseMs = 800;
/** Of which a page keeps the last event; of the others each counts. */
const stateFields: Readonly<Record<string, readonly string[]>> = {
  agentName: ["agent"],
  extensionStatus: ["agent"],
  phoneNumber: ["agent"],
  queueMemberStatus: ["agent", "queue"],
  queueCount: ["queue"],
  QueueSummary: ["queue"],
  MemberSummary: ["queue"],
};

export function createPage({ clock, chance, edge, losses, role }: Options): Page {
  const conditions: Conditions = { ...goodConditions };
  const machine = createMachine();
  const tickets: TicketRecord[] = [];
  let process: Process;
  let wire: Wire | null = null;

  function load(): void {
    process = createProcess(role.name, machine);
    const fetch = createFetch({ clock, chance, process, conditions, losses, edge });
    const network = { clock, process, edge, conditions, fetch, onWire: (opened: Wire) => (wire = opened) };
    clock.as(process, () => void live(network));
  }

  async function live(network: PageNetwork): Promise<never> {
    for (;;) {
      const ticket = await mint(network);
      if (ticket !== null) {
        const record: TicketRecord = {
          states: new Map(),
          occurrences: [],
          groups: [],
          events: 0,
          streams: 0,
          isOpen: false,
        };
        tickets.push(record);
        await follow(role.transport, network, ticket, {
          onOpen: () => {
            record.streams++;
            record.isOpen = true;
          },
          onEvent: (event) => keep(record, event),
          onId: (id) => addGroup(record, id),
        });
        record.isOpen = false;
      }
      await sleep(network, pauseMs);
    }
  }

  async function mint({ fetch }: PageNetwork): Promise<string | null> {
    const headers = { authorization: `Bearer ${role.token}`, "content-type": "application/json" };
    const body = JSON.stringify(role.request);
    const response = await fetch(`${origin}/ticket`, { method: "POST", headers, body }).catch(() => null);
    return response?.status === 200 ? JSON.parse(await response.text()) : null;
  }

  load();
  return {
    role,
    conditions,
    machine,
    tickets,
    cut: (how) => wire?.cut(how),
    reload: () => {
      process.alive = false;
      wire?.cut("loud");
      load();
    },
  };
}

function keep(record: TicketRecord, event: PageEvent): void {
  record.events++;
  const fields = stateFields[event.type];
  if (fields) record.states.set([event.type, ...fields.map((field) => event[field])].join(), event);
  else record.occurrences.push(event);
}

/** The occurrences since the last position belong to this one. An id that is no position is a place before the next. */
function addGroup({ groups, occurrences, streams }: TicketRecord, id: string): void {
  if (!parseCursor(id)) return;
  const known = groups.reduce((sum, group) => sum + group.occurrences.length, 0);
  groups.push({ id, occurrences: occurrences.slice(known), stream: streams });
}
