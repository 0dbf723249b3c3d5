/**
 * Filters decide which events a client receives (EV10): its subscription, narrowed by its grant. They have a canonical
 * form, so that equal subscriptions have equal text and share one Channel object (SU3). Pure.
 */
import type { EventType, SiteEvent } from "./event.ts";
import { agentInScope, eventTraits, queueInScope } from "./event-traits.ts";
import type { Grant } from "./grant.ts";

/** All names, or a sorted list without duplicates. */
export type Names = "*" | readonly string[];

/**
 * `about` restricts a stream to events whose scope has that property, and events without scope (AP2). `unnamed`: a list
 * comes from the grant in place of `*`, so the client itself has named nobody and a snapshot has no `loggedoff` for
 * pairs of it (EV12). `callers`: the grant has the claim of that name, which shows who a caller was (`viewOf`);
 * `list`: also EV20. `statistics`: also EV18 and EV19. `types`: of these types only, as a webhook wants them (AP14).
 */
export type Filter = Readonly<{
  agents: Names;
  queues: Names;
  summary: boolean;
  about: "agent" | "queue" | null;
  unnamed?: true;
  callers?: true | "list";
  statistics?: true;
  types?: readonly EventType[];
}>;

/** The canonical form of `names`. `*` anywhere among them means all (SU1). */
export function canonicalNames(names: Iterable<string>): Names {
  const set = new Set(names);
  if (set.has("*")) return "*";
  return [...set].sort();
}

type Narrowed =
  | Readonly<{ ok: true; filter: Filter }>
  | Readonly<{ ok: false; agents: readonly string[]; queues: readonly string[]; callers: boolean }>;

/**
 * SU2: the part of `wanted` that the grant allows. A requested name that is not granted fails, and the result lists it;
 * so do the callers of queues without the claim. `*` becomes the granted names.
 */
export function narrow(wanted: Filter, grant: Pick<Grant, "agents" | "queues" | "callers">): Narrowed {
  const agents = narrowNames(wanted.agents, canonicalNames(grant.agents));
  const queues = narrowNames(wanted.queues, canonicalNames(grant.queues));
  const refusesCallers = wanted.callers === "list" && !grant.callers;
  if (agents.refused.length > 0 || queues.refused.length > 0 || refusesCallers)
    return { ok: false, agents: agents.refused, queues: queues.refused, callers: refusesCallers };
  const unnamed = agents.names !== wanted.agents || queues.names !== wanted.queues;
  const names = { agents: agents.names, queues: queues.names };
  const claimed = grant.callers ? { callers: wanted.callers ?? (true as const) } : {};
  return { ok: true, filter: { ...wanted, ...names, ...(unnamed && { unnamed }), ...claimed } };
}

function narrowNames(wanted: Names, granted: Names): { names: Names; refused: readonly string[] } {
  if (granted === "*") return { names: wanted, refused: [] };
  if (wanted === "*") return { names: granted, refused: [] };
  return { names: wanted, refused: wanted.filter((name) => !granted.includes(name)) };
}

/**
 * Equal filters have equal keys. Stored ones are from before there were `callers` and `statistics`, so these are added
 * only where one is true; so is `types`.
 */
export function filterKey({ agents, queues, summary, about, unnamed, callers, statistics, types }: Filter): string {
  const early = [agents, queues, summary, about, unnamed ?? false];
  if (types) return JSON.stringify([...early, callers ?? false, statistics ?? false, types]);
  if (statistics) return JSON.stringify([...early, callers ?? false, true]);
  return JSON.stringify(callers ? [...early, callers] : early);
}

/**
 * What a client with this filter receives of an event that matches: without the claim `callers` nothing that says who
 * waited in a queue.
 */
export function viewOf<Event extends SiteEvent | { readonly type: "link" }>(filter: Filter, event: Event): Event {
  if (event.type !== "queueCallEnded" || filter.callers) return event;
  return { ...event, number: null, name: null };
}

/**
 * EV10: a predicate for events. An event passes only if each scope property of its type is in the matching list;
 * `queueName`, and an `agent` that is not in the scope of its type, are details and do not count. The lists become sets
 * once, for many events.
 */
export function matcher(filter: Filter): (event: SiteEvent) => boolean {
  const agents = filter.agents === "*" ? undefined : new Set<string>(filter.agents);
  const queues = filter.queues === "*" ? undefined : new Set<string>(filter.queues);
  return (event) => {
    if (!isRequested(event, filter)) return false;
    const { scope } = eventTraits[event.type];
    if (filter.about && scope.length > 0 && !scope.includes(filter.about)) return false;
    const agent = agents && agentInScope(event);
    if (agent !== undefined && !agents?.has(agent)) return false;
    const queue = queues && queueInScope(event);
    if (queue !== undefined && !queues?.has(queue)) return false;
    return true;
  };
}

/** Summaries (EV9), statistics (EV18, EV19) and lists of callers (EV20) are only for who requests them. */
function isRequested({ type }: SiteEvent, { summary, statistics, callers, types }: Filter): boolean {
  if (types && !types.includes(type)) return false;
  if (type === "queueCallers") return callers === "list";
  if (type === "queueSummary" || type === "memberSummary") return summary;
  return statistics === true || (type !== "queueStatistics" && type !== "agentStatistics");
}
