/** Records every queue of a store from its changes, and stops while the store is not live. */
import type { QueueView } from "@pbxis/shared/client";
import type { Store } from "../store.ts";
import { type Sample, type Series, Track } from "./track.ts";

/** More queues than any site has; beyond it the first that were seen have a history, the others none. */
export const maxTracks = 1000;

export type History = Readonly<{
  /** Of the hour until now. */
  series: (queue: string) => Series | undefined;
  close: () => void;
}>;

type Recorded = Pick<Store, "state" | "freshness" | "subscribe" | "onChanges">;

export function recordHistory(store: Recorded, now: () => number): History {
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

  /** All at once when the values are right again; none of them while they are not. */
  function follow(): void {
    const was = isLive;
    isLive = store.freshness().kind === "live";
    if (isLive && !was) for (const queue of store.state.queues()) put(queue);
    if (was && !isLive) for (const track of tracks.values()) track.interrupt(now());
  }

  const stopChanges = store.onChanges(({ events, removed }) => {
    follow();
    if (!isLive) return;
    const queues = [...events, ...removed].flatMap((event) =>
      event.type === "queueCount" || event.type === "queueSummary" ? event.queue : [],
    );
    for (const queue of new Set(queues)) put(queue);
  });
  const stop = store.subscribe(follow);
  return {
    series: (queue) => tracks.get(queue)?.series(now()),
    close: () => {
      stopChanges();
      stop();
    },
  };
}

function sampleOf({ count, summary }: QueueView): Sample {
  return { waiting: count, serviceLevel: summary && summary.completed > 0 ? summary.serviceLevelPerf : null };
}
