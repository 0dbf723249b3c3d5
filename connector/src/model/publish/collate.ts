/**
 * Collation: from what may have changed to what is told. At each tick (one chunk of the AMI socket) every state that differs from what
 * was last told is told once, with its last value, and every occurrence, in order (EV11). During a regeneration states are held
 * back; at its end only the differences are told. Summaries (EV9) go out at most once a second per queue, the last value surely.
 *
 * No timers and no clock: the shell gives the time and asks when it is to call again.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";
import { BoundedMap } from "../../util/bounded-map.ts";
import { mayBeInTransit } from "../reduce/call.ts";
import type { Changes } from "../state/changes.ts";
import type { Model } from "../state/state.ts";
import type { StateRef } from "../state/state-ref.ts";
import { createGrace } from "./grace.ts";
import { createLastPublished } from "./last-published.ts";
import { project } from "./project.ts";
import { createSummaryPacer } from "./summary-pacer.ts";

export type Collator = Readonly<{
  /** Takes what `reduce` gave. */
  add(changes: Changes): void;
  /** What is to be told now. `now` (ms) is the shell's clock, which never needs to agree with Asterisk's. */
  tick(now: number): SiteEvent[];
  /** When (ms of that clock) `tick` is to be called even if nothing comes; undefined if nothing is due. */
  nextDueAt(): number | undefined;
  /** All states as last told (EV12). */
  snapshot(): SiteEvent[];
}>;

export function createCollator(model: Model): Collator {
  const lastPublished = createLastPublished(model);
  const summaries = createSummaryPacer();
  const grace = createGrace();
  // In the order of telling. Of a state that changes several times only the last place counts, which it knows.
  let upcoming: (StateRef | SiteEvent)[] = [];
  // EV7: the vague failures that were told after all. What is learnt of them later comes too late.
  const toldFailures = new BoundedMap<string, true>(1000);
  let heldBack = true;

  function add({ dirty, occurrences, provisional }: Changes): void {
    if (model.pending.size > 0) heldBack = true;
    for (const state of dirty) {
      if (state.isSummary) summaries.take(state);
      else {
        state.place = upcoming.length;
        state.changedAt = model.now;
        upcoming.push(state);
      }
    }
    for (const occurrence of occurrences) {
      if (occurrence.type === "originateFailed") {
        if (toldFailures.has(failureId(occurrence))) continue;
        grace.forget(failureId(occurrence));
      }
      upcoming.push(occurrence);
    }
    for (const occurrence of provisional) grace.keep({ id: failureId(occurrence), occurrence });
  }

  function tick(now: number): SiteEvent[] {
    const events: SiteEvent[] = [];
    const coming = upcoming;
    if (coming.length > 0) upcoming = [];
    for (let place = 0; place < coming.length; place++) {
      const item = coming[place] as StateRef | SiteEvent;
      if (!("key" in item)) events.push(item);
      else if (heldBack || item.place !== place) continue;
      else if (endsInTransit(item)) grace.keep({ id: item.key, state: item });
      else {
        grace.forget(item.key);
        lastPublished.settle(item, item.changedAt, events);
      }
    }
    for (const kept of grace.due(now))
      if ("occurrence" in kept) {
        events.push(kept.occurrence);
        toldFailures.set(kept.id, true);
      } else if (!heldBack) lastPublished.settle(kept.state, model.now, events);
    if (heldBack && model.pending.size === 0) {
      heldBack = false;
      events.push(...lastPublished.settleAll(model.now));
      summaries.clear();
      grace.forgetStates();
    }
    if (!heldBack) for (const summary of summaries.due(now)) lastPublished.settle(summary, model.now, events);
    return events;
  }

  function endsInTransit(state: StateRef): boolean {
    if (state.type !== "phoneNumber") return false;
    const before = lastPublished.told(state);
    if (before?.type !== "phoneNumber" || before.number === null || !mayBeInTransit(model, before.agent)) return false;
    const after = project(model, state, state.changedAt);
    return after?.type === "phoneNumber" && after.number === null;
  }

  function nextDueAt(): number | undefined {
    return earlier(grace.nextDueAt(), heldBack ? undefined : summaries.nextDueAt());
  }

  return { add, tick, nextDueAt, snapshot: lastPublished.snapshot };
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** No state's key begins so. */
function failureId(occurrence: EventOf<"originateFailed">): string {
  return `originateFailed,${occurrence.actionId}`;
}
