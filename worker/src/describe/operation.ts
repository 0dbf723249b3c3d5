/** One operation of the interface, and the parameters and refusals that several share. */
import type { httpErrors } from "@pbxis/shared";
import type { SchemaName } from "./schemas.ts";

export type Parameter = Readonly<{
  in: "path" | "query" | "header";
  name: string;
  description: string;
  type?: "integer";
}>;
/** `media` is the type of an answer without a schema; absent if it has no body. */
type Answer = Readonly<{ text: string; schema: SchemaName | null; media?: string; stream?: true; csv?: true }>;
export type Operation = Readonly<{
  summary: string;
  /** Whether it needs a token. */
  secured: boolean;
  parameters: readonly Parameter[];
  body?: SchemaName;
  /** By status. `schema` is null if the answer is not JSON; `text` then describes it. */
  answers: Readonly<Record<number, Answer>>;
  refusals: readonly (keyof typeof httpErrors)[];
}>;

export const site: Parameter = { in: "path", name: "site", description: "one PBX and its connector" };
export const query = (name: string, description: string): Parameter => ({ in: "query", name, description });
export const agents = query(
  "agents",
  "agents' ids, separated by commas (also agent=, agents[]=); * for all agents that the token grants",
);
export const queues = query(
  "queues",
  "queues' names, separated by commas (also queue=, queues[]=); * for all queues that the token grants",
);
export const summary = query("summary", "1 adds queueSummary and memberSummary (EV9)");
export const statistics = query("statistics", "1 adds queueStatistics and agentStatistics (EV18, EV19)");
export const callers = query("callers", "1 adds queueCallers (EV20), for a token with the claim callers");
export const streaming: readonly Parameter[] = [
  query("since", "cursor to resume after (ST1)"),
  query("lastEventId", "as the header Last-Event-ID, on every transport; goes before since"),
  { ...query("wait", "seconds that a long poll waits: 0 to 25, default 25"), type: "integer" },
  query("ticket", "a ticket in place of the token, good once (AP6)"),
  { in: "header", name: "Last-Event-ID", description: "on SSE, the cursor to resume after; goes before since" },
];
export const tokenRefusals = ["unauthorized", "forbidden", "unavailable"] as const;
export const streamRefusals = [
  "bad_request",
  ...tokenRefusals,
  "ticket_used",
  "ticket_expired",
  "too_large",
  "too_many_streams",
] as const;

/** By path, in OpenAPI's spelling, and by method. */
export type Operations<One extends Operation = Operation> = Readonly<Record<string, Readonly<Record<string, One>>>>;
