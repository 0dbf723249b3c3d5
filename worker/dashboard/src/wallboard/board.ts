/** The data of the wallboard and of its kiosk mode. */
import type { QueueView } from "@pbxis/shared/client";
import { displayTime } from "../ui/clock.ts";
import { useNow, useStore } from "../ui/hooks.ts";

/** `at`: the time that durations are measured to, in ms since 1970. */
export type Board = Readonly<{ queues: readonly QueueView[]; at: number; isLive: boolean }>;

export function useBoard(): Board {
  const store = useStore();
  const now = useNow();
  const freshness = store.freshness();
  const queues = store.state.queues().flatMap((name) => store.state.queue(name) ?? []);
  return { queues, at: displayTime(freshness, now), isLive: freshness.kind === "live" };
}
