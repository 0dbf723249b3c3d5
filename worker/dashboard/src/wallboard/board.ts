/** What both boards, the one with the page around it and the kiosk's, look at. */
import type { QueueView } from "@pbxis/shared/client";
import { shownAt } from "../ui/clock.ts";
import { useNow, useStore } from "../ui/hooks.ts";

/** `at`: the moment that is shown. */
export type Board = Readonly<{ queues: readonly QueueView[]; at: number; isLive: boolean }>;

export function useBoard(): Board {
  const store = useStore();
  const now = useNow();
  const freshness = store.freshness();
  const queues = store.state.queues().flatMap((name) => store.state.queue(name) ?? []);
  return { queues, at: shownAt(freshness, now), isLive: freshness.kind === "live" };
}
