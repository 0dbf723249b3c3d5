/**
 * What the next tick publishes, in order. A state that is added again moves to the end, so that it is published once,
 * in the place of its last change. States are added thousands of times a second: adding one again costs a look-up and
 * no new object.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { StateRef } from "../state/state-ref.ts";

/**
 * `changedAt`: the time (ms) of the last event that made the state dirty. `place`: the state's last place in the order.
 */
type UpcomingState = { readonly kind: "state"; readonly state: StateRef; changedAt: number; place: number };
type UpcomingOccurrence = Readonly<{ kind: "occurrence"; event: SiteEvent }>;

export function createUpcoming() {
  let items: (UpcomingState | UpcomingOccurrence)[] = [];
  const states = new Map<StateRef, UpcomingState>();

  return {
    addState(state: StateRef, changedAt: number): void {
      let item = states.get(state);
      if (!item) {
        item = { kind: "state", state, changedAt, place: 0 };
        states.set(state, item);
      }
      item.changedAt = changedAt;
      item.place = items.length;
      items.push(item);
    },

    addOccurrence(event: SiteEvent): void {
      items.push({ kind: "occurrence", event });
    },

    /** Removes all and visits them in order. */
    drain(onState: (state: StateRef, changedAt: number) => void, onOccurrence: (event: SiteEvent) => void): void {
      if (items.length === 0) return;
      const drained = items;
      items = [];
      states.clear();
      drained.forEach((item, place) => {
        if (item.kind === "occurrence") onOccurrence(item.event);
        else if (item.place === place) onState(item.state, item.changedAt);
      });
    },
  };
}
