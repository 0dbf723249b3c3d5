/**
 * A crowd's clients in several processes: the first of them are typed clients, the others raw sockets that keep all
 * states and count what they receive. Results are in the order of the clients.
 */
import { list } from "../edge/big-site.ts";
import { type Clients, startClients } from "../edge/clients.ts";
import type { Group, LoadReport, Reached } from "../edge/load-protocol.ts";

/** Processes of raw clients. One reads about as fast as one workerd sends; each may have so many files open, too. */
const rawProcesses = 2;
/** How many of all are typed clients, and how many of those at most. */
const typedShare = 0.1;
const mostTyped = 100;
/** Clients with a socket of their own; the others share a few (carrier-worker.ts). */
export const mostSockets = 9_500;
/** Clients that each process opens at a time. */
const parallel = 100;

type Lacking = Pick<LoadReport, "refused" | "duplicates" | "gaps" | "stampCounts" | "mirrors">;

export type Fleet = Readonly<{
  typed: number;
  open: () => Promise<void>;
  reset: () => Promise<void>;
  awaitReturn: (timeoutMs: number) => Promise<Reached>;
  awaitMarker: (marker: string) => Promise<Reached>;
  report: () => Promise<Lacking>;
  stop: () => void;
}>;

export function startFleet(groups: readonly Group[]): Fleet {
  const single = groups.flatMap((group) =>
    group.urls.flatMap((url) => Array(group.count).fill({ ...group, urls: [url], count: 1 }) as Group[]),
  );
  const typed = Math.min(mostTyped, Math.ceil(single.length * typedShare));
  const share = Math.ceil((single.length - typed) / rawProcesses);
  const parts: readonly (readonly [Clients, readonly Group[]])[] = [
    [startClients("typed"), single.slice(0, typed)],
    ...list(rawProcesses, (index) => {
      const from = typed + index * share;
      const own = single.slice(from, from + share);
      const sockets = Math.floor((mostSockets - typed) / rawProcesses);
      return [
        startClients(),
        own.map((group, place) => (place < sockets ? group : { ...group, isCarried: true })),
      ] as const;
    }),
  ];
  const all = <Result>(act: (clients: Clients) => Promise<Result>) =>
    Promise.all(parts.map(([clients]) => act(clients)));
  const last = (reached: readonly Reached[]): Reached => ({
    at: Math.max(...reached.map(({ at }) => at)),
    missing: reached.reduce((sum, { missing }) => sum + missing, 0),
  });
  return {
    typed,
    open: async () => void (await Promise.all(parts.map(([clients, own]) => clients.open(own, parallel)))),
    reset: async () => void (await all((clients) => clients.reset(true))),
    awaitReturn: async (timeoutMs) => last(await all((clients) => clients.awaitReturn(timeoutMs))),
    awaitMarker: async (marker) => last(await all((clients) => clients.awaitMarker(marker))),
    report: async () => {
      const reports = await all((clients) => clients.report(false));
      return {
        refused: reports.reduce((sum, { refused }) => sum + refused, 0),
        duplicates: reports.reduce((sum, { duplicates }) => sum + duplicates, 0),
        gaps: reports.reduce((sum, { gaps }) => sum + gaps, 0),
        stampCounts: reports.flatMap(({ stampCounts }) => stampCounts),
        mirrors: reports.flatMap(({ mirrors }) => mirrors),
      };
    },
    stop: () => {
      for (const [clients] of parts) clients.stop();
    },
  };
}
