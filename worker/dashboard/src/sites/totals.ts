/** Figures over several sites. Pure. */
import type { QueueView } from "@pbxis/shared/client";
import type { Roster } from "../agents/roster.ts";
import type { Freshness } from "../store/store.ts";
import { agentStates, noAgents } from "../ui/agent-states.ts";

/** `at`: the time to which the waits of this site are measured, in ms since 1970. */
export type SiteBoard = Readonly<{ queues: readonly QueueView[]; at: number }>;

/**
 * The queues of all sites as of `now`. The clock of a site whose values are stale stands still, so its waits are as long
 * as they were.
 */
export function queuesAt(boards: readonly SiteBoard[], now: number): QueueView[] {
  return boards.flatMap(({ queues, at }) =>
    queues.map((queue) =>
      queue.longestWaitSince === null ? queue : { ...queue, longestWaitSince: queue.longestWaitSince + now - at },
    ),
  );
}

/** The agents of all sites together; `shown` is each site's own. */
export function rosterTotals(rosters: readonly Roster[]): Roster {
  const totals = noAgents();
  for (const one of rosters) for (const state of agentStates) totals[state] += one.totals[state];
  return {
    shown: rosters.flatMap(({ shown }) => shown),
    totals,
    total: rosters.reduce((sum, { total }) => sum + total, 0),
  };
}

/** How many sites are live, and what is wrong with the whole stream, if anything. */
export function sitesText(freshness: readonly Freshness[]): string {
  const live = freshness.filter(({ kind }) => kind === "live").length;
  return live === freshness.length ? `all ${live} sites live` : `${live} of ${freshness.length} sites live`;
}
