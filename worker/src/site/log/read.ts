/**
 * ST1 as a pure decision: whether a cursor can be resumed from, and what of the log answers it.
 */
import { type Cursor, type Filter, matcher, type StateMap, selectSnapshot, stateKey } from "@pbxis/shared";
import type { LogItem, ReadResult, Sequenced } from "../api.ts";
import type { SiteMeta } from "../meta.ts";

/** Up to this many items a resume repeats every one; beyond it states are collapsed, last wins, and occurrences are all kept (EV11). */
export const exactReadItems = 2_000;

export type ReadPlan = Readonly<{ kind: "events"; after: number }> | Readonly<{ kind: "snapshot" }>;

export function planRead(meta: SiteMeta, since: Cursor | null): ReadPlan {
  if (!since || since.epoch !== meta.epoch) return { kind: "snapshot" };
  if (since.sequence < meta.floor || since.sequence > meta.sequence) return { kind: "snapshot" };
  return { kind: "events", after: since.sequence };
}

/** Link changes concern everyone, whatever is asked for. */
export function itemMatcher(filter: Filter): (item: LogItem) => boolean {
  const matches = matcher(filter);
  return (item) => item.type === "link" || matches(item);
}

/** What matches `filter`, in order. Memory is bounded by the states and occurrences that match, however long the log is. */
export function selectItems(items: Iterable<Sequenced>, filter: Filter, exact: number = exactReadItems): Sequenced[] {
  const matches = itemMatcher(filter);
  const selected: Sequenced[] = [];
  const collapsed = new Map<string, Sequenced>();
  for (const entry of items) {
    if (!matches(entry[1])) continue;
    if (collapsed.size > 0) keepLatest(collapsed, entry);
    else if (selected.push(entry) > exact) for (const early of selected) keepLatest(collapsed, early);
  }
  return collapsed.size > 0 ? [...collapsed.values()] : selected;
}

function keepLatest(collapsed: Map<string, Sequenced>, entry: Sequenced): void {
  const [sequence, item] = entry;
  const key = item.type === "link" ? "link" : (stateKey(item) ?? `#${sequence}`);
  collapsed.delete(key);
  collapsed.set(key, entry);
}

type Readable = Readonly<{ meta: SiteMeta; states: StateMap; readAfter: (position: number) => Iterable<Sequenced> }>;

/** What answers `since`, for one who may see what `filter` matches. */
export function readSite(
  { meta, states, readAfter }: Readable,
  filter: Filter,
  since: Cursor | null,
  now: number,
): ReadResult {
  const { epoch, sequence, link, asOf } = meta;
  const cursor = { epoch, sequence };
  const plan = planRead(meta, since);
  if (plan.kind === "snapshot")
    return { kind: "snapshot", cursor, link, asOf, events: selectSnapshot(states, filter, now) };
  return { kind: "events", cursor, items: selectItems(readAfter(plan.after), filter) };
}
