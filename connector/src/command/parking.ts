/**
 * CM3: where a call was parked. Asterisk answers that it parks the call; an event, usually just after, has the space.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { SetTimer } from "../util/clock.ts";

/** How much later than the answer the event may be. */
export const parkingTimeoutMs = 3000;

/** `space` resolves to the parking space, or to null after `timeoutMs`. `stop` must be called in the end. */
export type ParkingWatch = Readonly<{
  space: (timeoutMs: number) => Promise<string | null>;
  stop: () => void;
}>;

export type Parkings = Readonly<{
  onEvents: (events: readonly SiteEvent[]) => void;
  /** Watches a channel from now on. The number of watches is bounded by that of running commands. */
  watch: (channel: string) => ParkingWatch;
}>;

type Watched = { channel: string; space: string | null; onSpace: (() => void) | null };

export function createParkings(setTimer: SetTimer): Parkings {
  const all = new Set<Watched>();

  function onEvent(event: SiteEvent): void {
    if (event.type !== "parkedCall") return;
    for (const watched of all) {
      if (watched.channel !== event.channel) continue;
      watched.space = event.parkingSpace;
      watched.onSpace?.();
    }
  }

  return {
    onEvents: (events) => events.forEach(onEvent),
    watch: (channel) => {
      const watched: Watched = { channel, space: null, onSpace: null };
      all.add(watched);
      return {
        space: (timeoutMs) =>
          new Promise((resolve) => {
            if (watched.space !== null || timeoutMs <= 0) return resolve(watched.space);
            const cancel = setTimer(timeoutMs, () => resolve(null));
            watched.onSpace = () => {
              cancel();
              resolve(watched.space);
            };
          }),
        stop: () => all.delete(watched),
      };
    },
  };
}
