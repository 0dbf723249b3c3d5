/**
 * Finds the routes that an item may concern without asking all of them. A site has thousands of routes that each name
 * an agent or a queue, and an event names one of each at most. The caller checks each candidate by the matcher of
 * `shared`, which alone decides (EV10).
 */
import { agentInScope, type Filter, type Names, queueInScope } from "@pbxis/shared";
import type { LogItem } from "../api.ts";

type Side<Route> = Readonly<{ named: Map<string, Set<Route>>; any: Set<Route> }>;

/**
 * One table for each scope that an event type may have. For a membership, which is scoped by agent and queue, a route
 * is entered only on the side of its shorter list. A look-up tries both names of the event.
 */
export type RouteIndex<Route> = Readonly<{
  all: Set<Route>;
  /** Those that ask for statistics: the site publishes them only if somebody does. */
  statistics: Set<Route>;
  agents: Side<Route>;
  queues: Side<Route>;
  memberAgents: Side<Route>;
  memberQueues: Side<Route>;
}>;

export function createRouteIndex<Route>(): RouteIndex<Route> {
  const side = (): Side<Route> => ({ named: new Map(), any: new Set() });
  return {
    all: new Set(),
    statistics: new Set(),
    agents: side(),
    queues: side(),
    memberAgents: side(),
    memberQueues: side(),
  };
}

export function addToIndex<Route>(index: RouteIndex<Route>, route: Route, interest: Filter): void {
  index.all.add(route);
  if (interest.statistics) index.statistics.add(route);
  for (const [side, names] of sidesOf(index, interest)) {
    if (names === "*") side.any.add(route);
    else for (const name of names) setOf(side, name).add(route);
  }
}

/** `interest` must be the one that `route` was added with. */
export function removeFromIndex<Route>(index: RouteIndex<Route>, route: Route, interest: Filter): void {
  index.all.delete(route);
  index.statistics.delete(route);
  for (const [side, names] of sidesOf(index, interest)) {
    if (names === "*") side.any.delete(route);
    else
      for (const name of names) {
        const set = side.named.get(name);
        set?.delete(route);
        if (set?.size === 0) side.named.delete(name);
      }
  }
}

/** Every route that `item` may concern, in one of the sets each. */
export function candidates<Route>(index: RouteIndex<Route>, item: LogItem): readonly ReadonlySet<Route>[] {
  if (item.type === "link") return [index.all];
  const [agent, queue] = [agentInScope(item), queueInScope(item)];
  if (agent !== undefined && queue !== undefined)
    return [...lookUp(index.memberAgents, agent), ...lookUp(index.memberQueues, queue)];
  if (agent !== undefined) return lookUp(index.agents, agent);
  if (queue !== undefined) return lookUp(index.queues, queue);
  return [index.all];
}

/** AP2: a stream about queues does not need events that name only an agent, and vice versa. */
function sidesOf<Route>(index: RouteIndex<Route>, { agents, queues, about }: Filter): [Side<Route>, Names][] {
  const sides: [Side<Route>, Names][] = [];
  if (about !== "queue") sides.push([index.agents, agents]);
  if (about !== "agent") sides.push([index.queues, queues]);
  const byAgent = queues === "*" || (agents !== "*" && agents.length <= queues.length);
  sides.push(byAgent ? [index.memberAgents, agents] : [index.memberQueues, queues]);
  return sides;
}

function lookUp<Route>(side: Side<Route>, name: string): readonly ReadonlySet<Route>[] {
  const named = side.named.get(name);
  return named ? [named, side.any] : [side.any];
}

function setOf<Route>(side: Side<Route>, name: string): Set<Route> {
  const set = side.named.get(name) ?? new Set();
  side.named.set(name, set);
  return set;
}
