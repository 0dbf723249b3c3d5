/**
 * Which events a client sees (EV10): what it asked for, narrowed by its grant. One canonical form, so that equal subscriptions
 * have equal text and share one object.
 */
import type { SiteEvent } from "./event.ts";
import { eventTraits } from "./event-traits.ts";
import type { Grant } from "./grant.ts";

/** All names, or a sorted list without repeats. */
export type Names = "*" | readonly string[];

/**
 * `about` restricts a stream to events whose scope has that property (AP2), besides those without scope. `unnamed`: a list is what the
 * grant made of `*`, so that the client named nobody (EV12).
 */
export type Filter = Readonly<{
  agents: Names;
  queues: Names;
  summary: boolean;
  about: "agent" | "queue" | null;
  unnamed?: true;
}>;

/** A sorted list without repeats; `*` anywhere among `names` means all. */
export function canonicalNames(names: Iterable<string>): Names {
  const set = new Set(names);
  if (set.has("*")) return "*";
  return [...set].sort();
}

export type Narrowed =
  | Readonly<{ ok: true; filter: Filter }>
  | Readonly<{ ok: false; agents: readonly string[]; queues: readonly string[] }>;

/**
 * What of `wanted` the grant lets through. A name that is asked for and not granted is an error that names it; `*` quietly
 * becomes what is granted.
 */
export function narrow(wanted: Filter, grant: Pick<Grant, "agents" | "queues">): Narrowed {
  const agents = narrowNames(wanted.agents, canonicalNames(grant.agents));
  const queues = narrowNames(wanted.queues, canonicalNames(grant.queues));
  if (agents.refused.length > 0 || queues.refused.length > 0)
    return { ok: false, agents: agents.refused, queues: queues.refused };
  const unnamed = agents.names !== wanted.agents || queues.names !== wanted.queues;
  return { ok: true, filter: { ...wanted, agents: agents.names, queues: queues.names, ...(unnamed && { unnamed }) } };
}

function narrowNames(wanted: Names, granted: Names): { names: Names; refused: readonly string[] } {
  if (granted === "*") return { names: wanted, refused: [] };
  if (wanted === "*") return { names: granted, refused: [] };
  return { names: wanted, refused: wanted.filter((name) => !granted.includes(name)) };
}

/** The text that identifies a filter: equal filters, equal text. */
export function filterKey(filter: Filter): string {
  return JSON.stringify([filter.agents, filter.queues, filter.summary, filter.about, filter.unnamed ?? false]);
}

/**
 * A filter made ready for many events: `Set`s instead of lists.
 * EV10: an event passes iff every scope property of its type is in the matching list; `queueName` and the `agent` of a
 * member summary are details and do not count.
 */
export function matcher(filter: Filter): (event: SiteEvent) => boolean {
  const agents = filter.agents === "*" ? undefined : new Set<string>(filter.agents);
  const queues = filter.queues === "*" ? undefined : new Set<string>(filter.queues);
  return (event) => {
    if ((event.type === "queueSummary" || event.type === "memberSummary") && !filter.summary) return false;
    const { scope } = eventTraits[event.type];
    if (filter.about && scope.length > 0 && !scope.includes(filter.about)) return false;
    if (agents && scope.includes("agent") && "agent" in event && !agents.has(event.agent)) return false;
    if (queues && scope.includes("queue") && "queue" in event && !queues.has(event.queue)) return false;
    return true;
  };
}
