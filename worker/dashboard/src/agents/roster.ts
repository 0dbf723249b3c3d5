/** Filters, sorts and counts the agents. Pure. */
import { type AgentState, agentStates, noAgents } from "../ui/agent-states.ts";
import { type AgentDisplay, compareKeys, compareText, fold, isPaused } from "./agent-display.ts";

export const sortings = ["state", "name", "time", "talking"] as const;
export type Sorting = (typeof sortings)[number];

/** `null` means any. */
export type Filter = Readonly<{ search: string; state: AgentState | null; queue: string | null; sorting: Sorting }>;

export type Roster = Readonly<{
  shown: readonly AgentDisplay[];
  /**
   * The agents that match search and queue, by state: the number that the button of each state would show. Who is
   * paused and talks counts in both.
   */
  totals: Readonly<Record<AgentState, number>>;
  total: number;
}>;

export function roster(displays: readonly AgentDisplay[], { search, state, queue, sorting }: Filter): Roster {
  const words = fold(search).split(/\s+/).filter(Boolean);
  const candidates = displays.filter(
    (display) => isIn(display, queue) && words.every((one) => display.searchText.includes(one)),
  );
  const totals = noAgents();
  for (const display of candidates) for (const one of statesOf(display, queue)) totals[one]++;
  const shown = candidates
    .filter((display) => state === null || statesOf(display, queue).includes(state))
    .sort(comparisons[sorting]);
  return { shown, totals, total: candidates.length };
}

/** The states under which an agent counts: the shown one, and `paused` for whoever is paused in the filter's queues. */
function statesOf({ state, isPaused: isPausedInAll, memberships }: AgentDisplay, queue: string | null): AgentState[] {
  const isPausedHere =
    queue === null ? isPausedInAll : memberships.some((member) => member.queue === queue && isPaused(member));
  return isPausedHere && state !== "paused" ? [state, "paused"] : [state];
}

function isIn({ memberships }: AgentDisplay, queue: string | null): boolean {
  return queue === null || memberships.some((member) => member.queue === queue);
}

type Comparison = (a: AgentDisplay, b: AgentDisplay) => number;

const byName: Comparison = (a, b) => compareKeys(a.sortKey, b.sortKey);
/** The longest first; agents without a time last. */
const byTime: Comparison = (a, b) => (a.since ?? Number.MAX_VALUE) - (b.since ?? Number.MAX_VALUE) || byName(a, b);
/** The states that need attention first. */
const stateOrder: readonly AgentState[] = ["ringing", "talking", "wrapup", "available", "paused", "away"];

const comparisons: Readonly<Record<Sorting, Comparison>> = {
  name: byName,
  time: byTime,
  state: (a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || byName(a, b),
  talking: (a, b) => Number(b.state === "talking") - Number(a.state === "talking") || byTime(a, b),
};

/** The filter of an address such as `#/agents?queue=support&state=paused`. */
export function filterOf(hash: string): Filter {
  const query = new URLSearchParams(hash.split("?")[1] ?? "");
  return {
    search: query.get("search") ?? "",
    state: agentStates.find((state) => state === query.get("state")) ?? null,
    queue: query.get("queue") || null,
    sorting: sortings.find((sorting) => sorting === query.get("sort")) ?? "state",
  };
}

/** The address from which `filterOf` gives this filter. */
export function hashOf({ search, state, queue, sorting }: Filter): string {
  const query = new URLSearchParams();
  if (queue !== null) query.set("queue", queue);
  if (state !== null) query.set("state", state);
  if (search !== "") query.set("search", search);
  if (sorting !== "state") query.set("sort", sorting);
  const text = query.toString();
  return text === "" ? "#/agents" : `#/agents?${text}`;
}

/** The site's queues and those of the agents, sorted by name. */
export function queuesOf(displays: readonly AgentDisplay[], queues: readonly string[]): readonly string[] {
  return [
    ...new Set([...queues, ...displays.flatMap(({ memberships }) => memberships.map(({ queue }) => queue))]),
  ].sort(compareText);
}
