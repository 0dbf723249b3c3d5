/** The data of the wallboard and of its kiosk mode. */
import type { QueueView } from "@pbxis/shared/client";
import type { Store } from "../store/store.ts";
import { displayTime } from "../ui/clock.ts";
import { useNow, useStore } from "../ui/hooks.ts";

/** `at`: the time that durations are measured to, in ms since 1970. */
export type Board = Readonly<{ queues: readonly QueueView[]; at: number; isLive: boolean }>;

export function useBoard(): Board {
  return boardOf(useStore(), useNow());
}

export function boardOf(store: Store, now: number): Board {
  const freshness = store.freshness();
  const queues = store.state.queues().flatMap((name) => store.state.queue(name) ?? []);
  return { queues, at: displayTime(freshness, now), isLive: freshness.kind === "live" };
}
