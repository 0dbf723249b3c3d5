/** Which agents are shown, in which order, and how many there are of each kind. Pure. */
import { type AgentLine, type AgentWord, agentWords, compareKeys, compareText, fold } from "./agent-state.ts";

export const sortings = ["state", "name", "time", "talking"] as const;
export type Sorting = (typeof sortings)[number];

/** `null` is any. */
export type Filter = Readonly<{ search: string; word: AgentWord | null; queue: string | null; sorting: Sorting }>;

export type Roster = Readonly<{
  shown: readonly AgentLine[];
  /** Of those whom search and queue leave, whatever their state: what a button of the totals would show. */
  totals: Readonly<Record<AgentWord, number>>;
  total: number;
}>;

export function roster(lines: readonly AgentLine[], { search, word, queue, sorting }: Filter): Roster {
  const words = fold(search).split(/\s+/).filter(Boolean);
  const candidates = lines.filter((line) => isIn(line, queue) && words.every((one) => line.searchText.includes(one)));
  const totals: Record<AgentWord, number> = { available: 0, ringing: 0, talking: 0, paused: 0, away: 0 };
  for (const line of candidates) totals[line.word]++;
  const shown = candidates.filter((line) => word === null || line.word === word).sort(comparisons[sorting]);
  return { shown, totals, total: candidates.length };
}

function isIn({ memberships }: AgentLine, queue: string | null): boolean {
  return queue === null || memberships.some((member) => member.queue === queue);
}

type Comparison = (a: AgentLine, b: AgentLine) => number;

const byName: Comparison = (a, b) => compareKeys(a.sortKey, b.sortKey);
/** The longest first; what has no time last. */
const byTime: Comparison = (a, b) => (a.since ?? Number.MAX_VALUE) - (b.since ?? Number.MAX_VALUE) || byName(a, b);
/** What needs an eye first. */
const stateOrder: readonly AgentWord[] = ["ringing", "talking", "available", "paused", "away"];

const comparisons: Readonly<Record<Sorting, Comparison>> = {
  name: byName,
  time: byTime,
  state: (a, b) => stateOrder.indexOf(a.word) - stateOrder.indexOf(b.word) || byName(a, b),
  talking: (a, b) => Number(b.word === "talking") - Number(a.word === "talking") || byTime(a, b),
};

/** What the address says of the filter, as in `#/agents?queue=support&state=paused`. */
export function filterOf(hash: string): Filter {
  const query = new URLSearchParams(hash.split("?")[1] ?? "");
  return {
    search: query.get("search") ?? "",
    word: agentWords.find((word) => word === query.get("state")) ?? null,
    queue: query.get("queue") || null,
    sorting: sortings.find((sorting) => sorting === query.get("sort")) ?? "state",
  };
}

/** The address that gives this filter again. */
export function hashOf({ search, word, queue, sorting }: Filter): string {
  const query = new URLSearchParams();
  if (queue !== null) query.set("queue", queue);
  if (word !== null) query.set("state", word);
  if (search !== "") query.set("search", search);
  if (sorting !== "state") query.set("sort", sorting);
  const text = query.toString();
  return text === "" ? "#/agents" : `#/agents?${text}`;
}

/** All queues that anybody is in, or that the site has. */
export function queuesOf(lines: readonly AgentLine[], queues: readonly string[]): readonly string[] {
  return [...new Set([...queues, ...lines.flatMap(({ memberships }) => memberships.map(({ queue }) => queue))])].sort(
    compareText,
  );
}
