/** Records the history of every queue from the store's changes. While the store is not live, nothing is recorded. */
import type { QueueView } from "@pbxis/shared/client";
import type { Store } from "../store/store.ts";
import { type Sample, type Series, Track } from "./track.ts";

/** More queues than any site has. Further queues have no history. */
const maxTracks = 1000;

export type History = Readonly<{
  /** The last hour of the queue; undefined if nothing was recorded. */
  series: (queue: string) => Series | undefined;
  close: () => void;
}>;

type Source = Pick<Store, "state" | "freshness" | "subscribe" | "onChanges">;

export function recordHistory(store: Source, now: () => number): History {
  const tracks = new Map<string, Track>();
  let isLive = false;

  function put(queue: string): void {
    const view = store.state.queue(queue);
    const track = tracks.get(queue) ?? (view && tracks.size < maxTracks ? new Track() : undefined);
    if (!track) return;
    tracks.set(queue, track);
    if (view) track.put(now(), sampleOf(view));
    else track.interrupt(now());
  }

  /** Records all queues when the store becomes live, and interrupts all tracks when it no longer is. */
  function followFreshness(): void {
    const wasLive = isLive;
    isLive = store.freshness().kind === "live";
    if (isLive && !wasLive) for (const queue of store.state.queues()) put(queue);
    if (wasLive && !isLive) for (const track of tracks.values()) track.interrupt(now());
  }

  const stopChanges = store.onChanges(({ events, removed }) => {
    followFreshness();
    if (!isLive) return;
    const queues = [...events, ...removed].flatMap((event) =>
      event.type === "queueCount" || event.type === "queueSummary" ? event.queue : [],
    );
    for (const queue of new Set(queues)) put(queue);
  });
  const stopFreshness = store.subscribe(followFreshness);
  return {
    series: (queue) => tracks.get(queue)?.series(now()),
    close: () => {
      stopChanges();
      stopFreshness();
    },
  };
}

function sampleOf({ count, summary }: QueueView): Sample {
  return { waiting: count, serviceLevel: summary && summary.completed > 0 ? summary.serviceLevelPerf : null };
}
