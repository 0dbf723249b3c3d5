/**
 * Changes that are held back for a moment, because another event often corrects them at once: the end of a call whose
 * channel lives on (a channel changes bridges by leaving one and entering the next), and provisional occurrences
 * (state/changes.ts). There are a few entries per call at most.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { StateRef } from "../state/state-ref.ts";

/** A state has its key as id, an occurrence an id that no state's key is like. */
type Kept = Readonly<
  { kind: "state"; id: string; state: StateRef } | { kind: "occurrence"; id: string; event: SiteEvent }
>;

type Entry = { readonly kept: Kept; readonly holdMs: number; dueAt: number };

export function createGrace() {
  const entries = new Map<string, Entry>();
  // Those that were added since the last `due`, which sets their time.
  let added: Entry[] = [];
  // No other entry is due earlier. Most ticks come before it and need not look at the entries.
  let earliest = Number.POSITIVE_INFINITY;

  function setTimes(now: number): void {
    for (const entry of added) {
      entry.dueAt = now + entry.holdMs;
      earliest = Math.min(earliest, entry.dueAt);
    }
    added = [];
  }

  return {
    /** Holds one back. Its time begins with the next `due`; holding it back again does not prolong it. */
    keep(kept: Kept, holdMs: number): void {
      if (entries.has(kept.id)) return;
      const entry = { kept, holdMs, dueAt: Number.POSITIVE_INFINITY };
      entries.set(kept.id, entry);
      added.push(entry);
    },

    forget(id: string): void {
      entries.delete(id);
    },

    /** Removes and returns all occurrences, whether their time is over or not. */
    takeOccurrences(): SiteEvent[] {
      const taken: SiteEvent[] = [];
      for (const [id, { kept }] of entries) {
        if (kept.kind !== "occurrence") continue;
        entries.delete(id);
        taken.push(kept.event);
      }
      return taken;
    },

    forgetStates(): void {
      for (const [id, { kept }] of entries) if (kept.kind === "state") entries.delete(id);
    },

    /** Removes and returns what has been held back long enough at `now` (ms). */
    due(now: number): Kept[] {
      const due: Kept[] = [];
      if (added.length > 0) setTimes(now);
      if (now < earliest) return due;
      earliest = Number.POSITIVE_INFINITY;
      for (const [id, entry] of entries) {
        if (now < entry.dueAt) {
          earliest = Math.min(earliest, entry.dueAt);
          continue;
        }
        entries.delete(id);
        due.push(entry.kept);
      }
      return due;
    },

    /** May be too early, if the entry that was due then has been forgotten. */
    nextDueAt(): number | undefined {
      if (entries.size === 0) return undefined;
      return added.length > 0 ? Number.NEGATIVE_INFINITY : earliest;
    },
  };
}
