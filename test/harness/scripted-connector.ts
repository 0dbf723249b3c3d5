/** A connector whose PBX is the test itself: the real uplink, fed by hand. */
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

/** EV6, an occurrence; `uniqueId` tells one from another. */
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

export type ScriptedConnector = Uplink & Readonly<{ lines: readonly string[] }>;

export type ScriptedConnectorOptions = Readonly<{
  /** The worker's root, or that of a proxy before it. */
  url: URL;
  site: string;
  /** A later life of the process has a later `startedAt` and another epoch. */
  life?: number;
  /** What it knows when it starts; null: nothing yet. */
  counts?: readonly SiteEvent[] | null;
  /** Other states that it always has. */
  states?: readonly SiteEvent[];
  token?: string;
  /** What it does with a command; nothing, if absent. */
  onCommand?: (command: UplinkCommand, startBefore: number) => void;
}>;

/** It knows the queue counts that were pushed, beside those that it started with. */
export async function startScriptedConnector(options: ScriptedConnectorOptions): Promise<ScriptedConnector> {
  const { url, site, life = 1, counts = [count("support", 0)] } = options;
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
    identity: { epoch: `life${life}`, startedAt: life, connectorVersion: "scripted" },
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

/** The queue counts that a client holds. */
export function countsOf({ record }: Client): number[] {
  return [...record.states.values()].flatMap((event) => (event.type === "queueCount" ? [event.count] : []));
}

/** The occurrences that a client was told, by `uniqueId`. */
export function completesOf({ record }: Client): string[] {
  return record.occurrences.map((event) => (event.type === "agentComplete" ? event.uniqueId : event.type));
}
