/**
 * What is kept back for a moment because it is often put right at once: the end of a call whose channel lives on (channels change
 * bridges by leaving one and entering the next), and an originate's vague failure (EV7). A call costs no more than one entry here.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { StateRef } from "../state/state-ref.ts";

export const graceMs = 50;

/** A state under its key, or an occurrence under an id of its own. */
export type Kept = Readonly<{ id: string } & ({ state: StateRef } | { occurrence: SiteEvent })>;

export function createGrace() {
  const kept = new Map<string, { kept: Kept; dueAt: number | undefined }>();
  // Not later than the first of them is due: most chunks come before it, and need not look at them all.
  let earliest = Number.POSITIVE_INFINITY;

  return {
    /** Keeps; the time runs from the next `due` on, and is not prolonged by keeping again. */
    keep(one: Kept): void {
      if (kept.has(one.id)) return;
      kept.set(one.id, { kept: one, dueAt: undefined });
      // The next `due` gives it its time.
      earliest = Number.NEGATIVE_INFINITY;
    },

    forget(id: string): void {
      kept.delete(id);
    },

    forgetStates(): void {
      for (const [id, entry] of kept) if ("state" in entry.kept) kept.delete(id);
    },

    /** What has been kept long enough at `now` (ms), and is kept no longer. */
    due(now: number): Kept[] {
      const due: Kept[] = [];
      if (now < earliest) return due;
      earliest = Number.POSITIVE_INFINITY;
      for (const [id, entry] of kept) {
        entry.dueAt ??= now + graceMs;
        if (now < entry.dueAt) {
          earliest = Math.min(earliest, entry.dueAt);
          continue;
        }
        kept.delete(id);
        due.push(entry.kept);
      }
      return due;
    },

    /** Too early if that one was forgotten. */
    nextDueAt(): number | undefined {
      return kept.size === 0 ? undefined : earliest;
    },
  };
}
