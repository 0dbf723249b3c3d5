/** The connector's lastPublished of the states it has told: only what differs from it is told (EV11). */
import { diffStates, type SiteEvent, type StateMap, sameState, stateMapOf } from "@pbxis/shared";
import type { Model } from "../state/state.ts";
import type { StateRef } from "../state/state-ref.ts";
import { project, projectAll } from "./project.ts";

export type LastPublished = Readonly<{
  /** The state as last told. */
  told(state: StateRef): SiteEvent | undefined;
  /** Adds what is to be told of one state, as of `at` ms; from then on it counts as told. */
  settle(state: StateRef, at: number, events: SiteEvent[]): void;
  /** The same for all states, and for those that are no more. */
  settleAll(at: number): SiteEvent[];
  snapshot(): SiteEvent[];
}>;

export function createLastPublished(model: Model): LastPublished {
  const told: StateMap = new Map();

  function settle(state: StateRef, at: number, events: SiteEvent[]): void {
    const { key } = state;
    const before = told.get(key);
    const after = project(model, state, at);
    if (!after) {
      told.delete(key);
      if (before) events.push(...diffStates(new Map([[key, before]]), new Map(), at));
    } else if (!before || !isSame(before, after)) {
      told.set(key, after);
      events.push(after);
    }
  }

  function settleAll(at: number): SiteEvent[] {
    const after = stateMapOf(projectAll(model, at));
    // What is the same to us must be the same to the comparison below.
    for (const [key, event] of after) {
      const before = told.get(key);
      if (before && isSame(before, event)) after.set(key, before);
    }
    const events = diffStates(told, after, at);
    told.clear();
    for (const [key, event] of after) told.set(key, event);
    return events;
  }

  return { told: ({ key }) => told.get(key), settle, settleAll, snapshot: () => [...told.values()] };
}

/** Waiting makes the longest hold time longer by itself: that alone is no change. */
function isSame(one: SiteEvent, other: SiteEvent): boolean {
  if (one.type !== "queueSummary" || other.type !== "queueSummary") return sameState(one, other);
  return sameState(one, { ...other, longestHoldTime: one.longestHoldTime });
}
