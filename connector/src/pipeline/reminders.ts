/**
 * What the model asks to be reminded of, because time alone changes a state (the end of a wrap-up, EV3). There is at most
 * one for each queue call that ended within the wrap-up's time. Pure: the shell passes the time.
 */
import type { AmiEvent } from "../ami/event/event.ts";

type Reminder = { readonly event: AmiEvent; readonly afterMs: number; dueAt: number };

export function createReminders() {
  let waiting: Reminder[] = [];
  return {
    /** Its time begins with the next `due`. */
    add(event: AmiEvent, afterMs: number): void {
      waiting.push({ event, afterMs, dueAt: Number.NaN });
    },

    /** Removes and returns the events that are due at `now` (ms, steady). */
    due(now: number): readonly AmiEvent[] {
      if (waiting.length === 0) return [];
      for (const reminder of waiting) if (Number.isNaN(reminder.dueAt)) reminder.dueAt = now + reminder.afterMs;
      const due = waiting.filter(({ dueAt }) => dueAt <= now);
      if (due.length > 0) waiting = waiting.filter(({ dueAt }) => dueAt > now);
      return due.map(({ event }) => event);
    },

    nextDueAt(): number | undefined {
      if (waiting.length === 0) return undefined;
      let next = Number.POSITIVE_INFINITY;
      for (const { dueAt } of waiting) next = Math.min(next, Number.isNaN(dueAt) ? Number.NEGATIVE_INFINITY : dueAt);
      return next;
    },
  };
}
