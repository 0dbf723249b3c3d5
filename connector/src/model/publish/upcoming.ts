/**
 * What the next tick publishes, in order. A state that is added again moves to the end, so that it is published once,
 * in the place of its last change. States are added thousands of times a second, so adding costs neither a look-up nor
 * an object.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { StateRef } from "../state/state-ref.ts";

/** With more items than this, a set finds which states are added again later; with few, a search is faster. */
const maxSearched = 64;

export function createUpcoming() {
  let items: (StateRef | SiteEvent)[] = [];
  /** By place: the time (ms) of the event that made the state dirty. */
  let times: number[] = [];

  return {
    addState(state: StateRef, changedAt: number): void {
      items.push(state);
      times.push(changedAt);
    },

    addOccurrence(event: SiteEvent): void {
      items.push(event);
      times.push(0);
    },

    /** Removes all and visits them in order. */
    drain(onState: (state: StateRef, changedAt: number) => void, onOccurrence: (event: SiteEvent) => void): void {
      if (items.length === 0) return;
      const [drained, changedAt] = [items, times];
      [items, times] = [[], []];
      const last = drained.length > maxSearched ? lastPlaces(drained) : undefined;
      for (let place = 0; place < drained.length; place++) {
        const item = drained[place] as StateRef | SiteEvent;
        if (!("kind" in item)) onOccurrence(item);
        else if (last ? last.get(item) === place : !drained.includes(item, place + 1))
          onState(item, changedAt[place] as number);
      }
    },
  };
}

function lastPlaces<Item>(items: readonly Item[]): ReadonlyMap<Item, number> {
  return new Map(items.map((item, place) => [item, place]));
}
