/** CM3: where a call was parked. Asterisk answers that it parks, and tells the space by an event, mostly just after. */
import type { SiteEvent } from "@pbxis/shared";

/** How long an event may be later than the answer. */
export const parkingPatienceMs = 3000;

/** `space` once it is told; null if it is not within `patienceMs`. `stop` must be called in the end. */
export type ParkingWatch = Readonly<{
  space: (patienceMs: number) => Promise<string | null>;
  stop: () => void;
}>;

export type Parkings = Readonly<{
  onEvents: (events: readonly SiteEvent[]) => void;
  /** From now on; there are as many watches as commands run. */
  watch: (channel: string) => ParkingWatch;
}>;

/** Runs `run` after `ms`, unless the function that it gives is called before. */
export type SetTimer = (ms: number, run: () => void) => () => void;

type Watched = { channel: string; space: string | null; onSpace: (() => void) | null };

export function createParkings(setTimer: SetTimer): Parkings {
  const all = new Set<Watched>();

  function take(event: SiteEvent): void {
    if (event.type !== "parkedCall") return;
    for (const watched of all) {
      if (watched.channel !== event.channel) continue;
      watched.space = event.parkingSpace;
      watched.onSpace?.();
    }
  }

  return {
    onEvents: (events) => events.forEach(take),
    watch: (channel) => {
      const watched: Watched = { channel, space: null, onSpace: null };
      all.add(watched);
      return {
        space: (patienceMs) =>
          new Promise((resolve) => {
            if (watched.space !== null || patienceMs <= 0) return resolve(watched.space);
            const cancel = setTimer(patienceMs, () => resolve(null));
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
