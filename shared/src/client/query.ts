/** The parameters of a request, from what the caller passes to the client. Pure. */

type Names = "*" | readonly string[];

/**
 * AP13: which queue calls. `from` and `to` are ms since 1970; an absent list names all that the token grants. `after`
 * is the `next` of the page before.
 */
export type CallsQuery = Readonly<{
  from?: number;
  to?: number;
  queues?: Names;
  agents?: Names;
  outcome?: readonly string[];
  number?: string;
  limit?: number;
  after?: string;
}>;

/**
 * AP12: the queues and agents, the period (`from` and `to` in ms since 1970) and the interval of the figures. An absent
 * list names nothing.
 */
export type StatisticsQuery = Readonly<{
  from: number;
  to: number;
  interval: "15m" | "1h" | "day";
  queues?: Names;
  agents?: Names;
}>;

/** What a subscription has besides the usual states: EV9, EV18 and EV19, EV20. */
export type Extras = Readonly<{ summary?: boolean; statistics?: boolean; callers?: boolean }>;

/** The subscription of AP1 and AP3. */
export type Requested = Extras & Readonly<{ agents?: Names; queues?: Names }>;

export function queryOf({ agents, queues, ...extras }: Requested) {
  return { agents: joined(agents), queues: joined(queues), ...extrasOf(extras) };
}

export function extrasOf({ summary, statistics, callers }: Extras) {
  return { summary: flag(summary), statistics: flag(statistics), callers: flag(callers) };
}

export function callsQueryOf({ from, to, queues, agents, outcome, number, limit, after }: CallsQuery) {
  const names = { queues: joined(queues), agents: joined(agents), outcome: joined(outcome) };
  return { from: momentOf(from), to: momentOf(to), ...names, number, limit: limit?.toString(), after };
}

export function statisticsQueryOf({ from, to, interval, queues, agents }: StatisticsQuery) {
  return { from: momentOf(from), to: momentOf(to), interval, queues: joined(queues), agents: joined(agents) };
}

function momentOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

function joined(names: Names | undefined): string | undefined {
  return names === undefined || names === "*" ? names : names.join(",");
}

export function flag(value: boolean | undefined): string | undefined {
  return value ? "1" : undefined;
}
