/**
 * Collation: from states that may differ to published events. Each tick (one chunk of the AMI socket) publishes every
 * state that differs from its last published value once, with its newest value, and every occurrence, in order (EV11).
 * During a regeneration states are held back; at its end only the differences are published. Summaries (EV9) are paced:
 * at most one a second per queue, and the last value always follows. So are the lists of callers (EV20), those of all
 * queues together: the site writes them as one.
 *
 * There are no timers and no clock here: the shell passes the time and asks when to call again. All notes about states
 * are the collator's own, so several collators may read one model.
 */
import type { SiteEvent } from "@pbxis/shared";
import { earlier } from "../../util/earlier.ts";
import { mayBeInTransit } from "../state/call.ts";
import type { Changes } from "../state/changes.ts";
import type { Model } from "../state/state.ts";
import type { StateRef } from "../state/state-ref.ts";
import { createGrace } from "./grace.ts";
import { createLastPublished } from "./last-published.ts";
import { createOnce } from "./once.ts";
import { createPacedStates, isPaced } from "./paced-states.ts";
import { project, projectAll } from "./project.ts";
import { createUpcoming } from "./upcoming.ts";

type Collator = Readonly<{
  /** Adds what `reduce` returned. */
  add(changes: Changes): void;
  /** What is published now. `now` (ms) is the shell's clock, which need not agree with Asterisk's. */
  tick(now: number): SiteEvent[];
  /** When (ms on that clock) to call `tick` even if nothing arrives. Undefined if nothing is due. */
  nextDueAt(): number | undefined;
  /** Before a stop: the occurrences that are held back, which nothing will correct any more. */
  takeHeldBack(): SiteEvent[];
  /** All states as last published (EV12). */
  snapshot(): SiteEvent[];
}>;

export function createCollator(model: Model): Collator {
  const lastPublished = createLastPublished();
  const paced = createPacedStates();
  const grace = createGrace();
  const upcoming = createUpcoming();
  const once = createOnce(grace, upcoming);
  let heldBack = true;

  function add({ dirty, occurrences }: Changes): void {
    if (model.pending.size > 0) heldBack = true;
    for (const state of dirty) {
      if (isPaced(state)) paced.add(state);
      else upcoming.addState(state, model.now);
    }
    for (const occurrence of occurrences) once.add(occurrence);
  }

  function tick(now: number): SiteEvent[] {
    const events: SiteEvent[] = [];
    upcoming.drain(
      (state, changedAt) => {
        if (!heldBack) publishState(state, changedAt, events);
      },
      (event) => events.push(event),
    );
    for (const kept of grace.due(now)) {
      if (kept.kind === "occurrence") {
        events.push(kept.event);
        once.onPublished(kept.id);
      } else if (!heldBack) publishNow(kept.state, events);
    }
    if (heldBack && model.pending.size === 0) {
      heldBack = false;
      events.push(...lastPublished.publishAll(projectAll(model, model.now), model.now));
      paced.clear();
      grace.forgetStates();
    }
    if (!heldBack) for (const state of paced.due(now)) publishNow(state, events);
    return events;
  }

  function publishState(state: StateRef, changedAt: number, events: SiteEvent[]): void {
    const { key } = state;
    const after = project(model, state, changedAt);
    if (endsInTransit(model, lastPublished.valueOf(key), after)) {
      grace.keep({ kind: "state", id: key, state }, transitMs);
      return;
    }
    grace.forget(key);
    lastPublished.publish(key, after, changedAt, events);
  }

  function publishNow(state: StateRef, events: SiteEvent[]): void {
    lastPublished.publish(state.key, project(model, state, model.now), model.now, events);
  }

  function nextDueAt(): number | undefined {
    return earlier(grace.nextDueAt(), heldBack ? undefined : paced.nextDueAt());
  }

  return { add, tick, nextDueAt, takeHeldBack: grace.takeOccurrences, snapshot: lastPublished.snapshot };
}

/** For how long a channel may be between two bridges. */
const transitMs = 50;

/** A call that ends although the agent's channel lives on. */
function endsInTransit(model: Model, before: SiteEvent | undefined, after: SiteEvent | undefined): boolean {
  if (before?.type !== "phoneNumber" || after?.type !== "phoneNumber") return false;
  return before.number !== null && after.number === null && mayBeInTransit(model, before.agent);
}
