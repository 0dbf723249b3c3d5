/** A connector without a PBX: the real uplink, to which the test pushes events. */
import { AgentId, type AmiStatus, QueueName, type SiteEvent, type UplinkCommand } from "@pbxis/shared";
import { startUplink, type Uplink } from "../../connector/src/uplink/socket.ts";
import type { Client } from "./client.ts";
import { mintToken } from "./token.ts";

/** EV5, a state. */
export const count = (queue: string, value: number): SiteEvent => ({
  type: "queueCount",
  queue: QueueName.parse(queue),
  count: value,
  longestWaitSince: null,
  at: 1,
});

/** EV6, an occurrence, identified by `uniqueId`. */
export const complete = (uniqueId: string): SiteEvent => ({
  type: "agentComplete",
  agent: AgentId.parse("1001"),
  uniqueId,
  talkTime: 1,
  holdTime: 1,
  recording: null,
  queueName: QueueName.parse("support"),
  reason: "caller",
  at: 1,
});

/** `lines`: the messages that it has logged. */
export type ScriptedConnector = Uplink & Readonly<{ lines: readonly string[] }>;

export type ScriptedConnectorOptions = Readonly<{
  /** The root URL of the worker, or of a proxy in front of it. */
  url: URL;
  site: string;
  /** The number of the connector's run. A later run has a later `startedAt` and another epoch. */
  run?: number;
  /** The queue counts of its first snapshot; null: it has no snapshot until events are pushed with a status. */
  counts?: readonly SiteEvent[] | null;
  /** Further states of its snapshot. */
  states?: readonly SiteEvent[];
  token?: string;
  /** Executes a command. By default commands are ignored. */
  onCommand?: (command: UplinkCommand, startBefore: number) => void;
}>;

/** Its snapshot has the initial counts, updated by those that were pushed. */
export async function startScriptedConnector(options: ScriptedConnectorOptions): Promise<ScriptedConnector> {
  const { url, site, run = 1, counts = [count("support", 0)] } = options;
  const lines: string[] = [];
  const known = new Map<string, SiteEvent>();
  let ami: AmiStatus | null = counts && { up: true, asOf: 1, asteriskVersion: "22.10.1" };
  const learn = (events: readonly SiteEvent[]) => {
    for (const event of events) if (event.type === "queueCount") known.set(event.queue, event);
  };
  learn(counts ?? []);
  const uplink = startUplink({
    url: new URL(`ws://${url.host}/v1/sites/${site}/connector`),
    token: options.token ?? (await mintToken({ site, role: "connector" })),
    identity: { epoch: `run${run}`, startedAt: run, connectorVersion: "scripted" },
    snapshot: () => ami && { events: [...known.values(), ...(options.states ?? [])], ami },
    onCommand: options.onCommand ?? (() => {}),
    log: (_level, message) => lines.push(message),
  });
  return {
    ...uplink,
    lines,
    push: (events, status) => {
      learn(events);
      ami = status ?? ami;
      uplink.push(events, status);
    },
  };
}

/** The queue counts in a client's states. */
export function countsOf({ record }: Client): number[] {
  return [...record.states.values()].flatMap((event) => (event.type === "queueCount" ? [event.count] : []));
}

/** The occurrences that a client received, by `uniqueId`. */
export function completesOf({ record }: Client): string[] {
  return record.occurrences.map((event) => (event.type === "agentComplete" ? event.uniqueId : event.type));
}
