/**
 * Collation: from what may have changed to what is told. At each tick (one chunk of the AMI socket) every state that differs from what
 * was last told is told once, with its last value, and every occurrence, in order (EV11). During a regeneration states are held
 * back; at its end only the differences are told. Summaries (EV9) go out at most once a second per queue, the last value surely.
 *
 * No timers and no clock: the shell gives the time and asks when it is to call again.
 */
import type { Event, EventOf } from "@pbxis/shared";
import { createAccount } from "./account.ts";
import { BoundedMap } from "./bounded-map.ts";
import { mayBeInTransit } from "./call.ts";
import type { Changes } from "./changes.ts";
import { createGrace } from "./grace.ts";
import { project } from "./project.ts";
import type { Model } from "./state.ts";
import { createSummaryPacer } from "./summary-pacer.ts";

export type Collator = Readonly<{
  /** Takes what `reduce` gave. */
  add(changes: Changes): void;
  /** What is to be told now. `now` (ms) is the shell's clock, which never needs to agree with Asterisk's. */
  tick(now: number): Event[];
  /** When (ms of that clock) `tick` is to be called even if nothing comes; undefined if nothing is due. */
  nextDueAt(): number | undefined;
  /** All states as last told (EV12). */
  snapshot(): Event[];
}>;

export function createCollator(model: Model): Collator {
  const account = createAccount(model);
  const summaries = createSummaryPacer();
  const grace = createGrace();
  // In the order of telling, with the time (ms) of the last change: a state by its key, an occurrence as it is.
  const upcoming = new Map<string | Event, number>();
  // EV7: the vague failures that were told after all. What is learnt of them later comes too late.
  const toldFailures = new BoundedMap<string, true>(1000);
  let heldBack = true;

  function add({ dirty, occurrences, provisional }: Changes): void {
    if (model.pending.size > 0) heldBack = true;
    for (const key of dirty) {
      if (summaries.takes(key)) continue;
      upcoming.delete(key);
      upcoming.set(key, model.now);
    }
    for (const occurrence of occurrences) {
      if (occurrence.type === "originateFailed") {
        if (toldFailures.has(failureId(occurrence))) continue;
        grace.forget(failureId(occurrence));
      }
      upcoming.set(occurrence, model.now);
    }
    for (const occurrence of provisional) grace.keep(failureId(occurrence), occurrence);
  }

  function tick(now: number): Event[] {
    const events: Event[] = [];
    for (const [item, at] of upcoming) {
      if (typeof item !== "string") events.push(item);
      else if (heldBack) continue;
      else if (endsInTransit(item, at)) grace.keep(item);
      else {
        grace.forget(item);
        events.push(...account.settle(item, at));
      }
    }
    upcoming.clear();
    for (const { id, occurrence } of grace.due(now))
      if (occurrence) {
        events.push(occurrence);
        toldFailures.set(id, true);
      } else if (!heldBack) events.push(...account.settle(id, model.now));
    if (heldBack && model.pending.size === 0) {
      heldBack = false;
      events.push(...account.settleAll(model.now));
      summaries.clear();
      grace.forgetStates();
    }
    if (!heldBack) for (const key of summaries.due(now)) events.push(...account.settle(key, model.now));
    return events;
  }

  function endsInTransit(key: string, at: number): boolean {
    const before = account.told(key);
    if (before?.type !== "phoneNumber" || before.number === null || !mayBeInTransit(model, before.agent)) return false;
    const after = project(model, key, at);
    return after?.type === "phoneNumber" && after.number === null;
  }

  function nextDueAt(): number | undefined {
    const times = [grace.nextDueAt(), heldBack ? undefined : summaries.nextDueAt()].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  return { add, tick, nextDueAt, snapshot: account.snapshot };
}

/** No state's key begins so. */
function failureId(occurrence: EventOf<"originateFailed">): string {
  return `originateFailed,${occurrence.actionId}`;
}
