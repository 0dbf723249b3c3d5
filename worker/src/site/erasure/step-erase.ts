/**
 * The states of a site without a number (AP16), as a commit. Each state that changes is logged as an event, so that
 * live clients see the number go, and those who resume do, too. Pure.
 */
import type { SiteEvent, StateMap } from "@pbxis/shared";
import { append, type Commit, type Site } from "../uplink/ingress.ts";
import type { CallerNumber } from "./number.ts";
import { idsOf, remember } from "./ongoing.ts";

export type ErasedStates = Readonly<{ commit: Commit; states: number }>;

export function stepErase({ meta, states }: Site, number: CallerNumber, now: number): ErasedStates {
  const changed: SiteEvent[] = [];
  const ongoing: string[] = [];
  const after: StateMap = new Map();
  for (const [key, state] of states) {
    const bare = number.eraseFrom(state);
    after.set(key, bare === state ? state : { ...bare, at: now });
    if (bare === state) continue;
    changed.push({ ...bare, at: now });
    ongoing.push(...idsOf(state, bare));
  }
  const erased = remember(meta.erased, ongoing, now);
  // The states are replaced as a whole, so that no older checkpoint keeps the number.
  const commit = { ...append({ ...meta, erased }, changed, now), replaceStates: after };
  return { commit: { ...commit, parts: "keep", newEpoch: false }, states: changed.length };
}
