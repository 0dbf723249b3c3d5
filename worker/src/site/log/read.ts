/** Decides whether a client can resume from a cursor, and what of the log answers it (ST1). Pure. */
import { type Cursor, type Filter, matcher, type SiteEvent, selectSnapshot, stateKey, viewOf } from "@pbxis/shared";
import type { Ask, LogItem, ReadResult, Sequenced } from "../api.ts";
import type { SiteMeta } from "../meta.ts";
import type { StateIndex } from "./state-index.ts";

/**
 * A resume of up to this many items repeats each. Beyond it only the last value of each state is kept, and every
 * occurrence (EV11).
 */
const exactReadItems = 2_000;

/** `begun`: the occurrences after this position belong to the answer, too; null for none. */
export type ReadPlan =
  | Readonly<{ kind: "events"; after: number }>
  | Readonly<{ kind: "snapshot"; begun: number | null }>;

export function planRead({ epoch, sequence, floor, before }: SiteMeta, since: Cursor | null): ReadPlan {
  if (since?.epoch === epoch && since.sequence >= floor && since.sequence <= sequence)
    return { kind: "events", after: since.sequence };
  // UP6: of the epoch before, which ended while this client was connected or away a short time. The site may have
  // logged more since this one began, before the client could ask.
  const isOfBefore = before !== null && since?.epoch === before.epoch && since.sequence <= before.through;
  return { kind: "snapshot", begun: isOfBefore && floor === before.through ? before.through : null };
}

/** Link changes concern every client, whatever its filter; but not a webhook, which wants events of some types. */
export function itemMatcher(filter: Filter): (item: LogItem) => boolean {
  const matches = matcher(filter);
  return (item) => (item.type === "link" ? !filter.types : matches(item));
}

/**
 * The items that match `filter`, in order. Memory is bounded by the matching states and occurrences, however long the
 * log is.
 */
export function selectItems(items: Iterable<Sequenced>, filter: Filter, exact: number = exactReadItems): Sequenced[] {
  const matches = itemMatcher(filter);
  const selected: Sequenced[] = [];
  const collapsed = new Map<string, Sequenced>();
  for (const sequenced of items) {
    const [sequence, item] = sequenced;
    if (!matches(item)) continue;
    const viewed = [sequence, viewOf(filter, item)] as const;
    if (collapsed.size > 0) keepLatest(collapsed, viewed);
    else if (selected.push(viewed) > exact) for (const early of selected) keepLatest(collapsed, early);
  }
  return collapsed.size > 0 ? [...collapsed.values()] : selected;
}

function selectOccurrences(items: Iterable<Sequenced>, filter: Filter): Sequenced[] {
  const matches = matcher(filter);
  const selected: Sequenced[] = [];
  for (const [sequence, item] of items)
    if (item.type !== "link" && stateKey(item) === undefined && matches(item))
      selected.push([sequence, viewOf(filter, item)]);
  return selected;
}

function keepLatest(collapsed: Map<string, Sequenced>, sequenced: Sequenced): void {
  const [sequence, item] = sequenced;
  const key = item.type === "link" ? "link" : (stateKey(item) ?? `#${sequence}`);
  collapsed.delete(key);
  collapsed.set(key, sequenced);
}

/** What one answer, or one turn of joins, has room for: characters of states, or items of the log. */
const roomFor = { units: 2_000_000, items: 10_000 } as const;

/** The part of that room which a result takes. */
export function shareOf(result: ReadResult): number {
  const items = result.kind === "snapshot" ? result.since?.items : result.items;
  const units = result.kind === "snapshot" ? result.text.length : 0;
  return units / roomFor.units + (items?.length ?? 0) / roomFor.items;
}

/** The answers to the first of `asks`: at least one, and no more after the one with which the room is full. */
export function readSome(asks: readonly Ask[], read: (ask: Ask) => ReadResult): ReadResult[] {
  const results: ReadResult[] = [];
  let share = 0;
  for (const ask of asks) {
    if (share >= 1) break;
    const result = read(ask);
    share += shareOf(result);
    results.push(result);
  }
  return results;
}

function textOf(events: readonly SiteEvent[]): string {
  return JSON.stringify(events).slice(1, -1);
}

type Readable = Readonly<{ meta: SiteMeta; states: StateIndex; readAfter: (position: number) => Iterable<Sequenced> }>;

/** The answer to a client with `filter` that has everything up to `since`. */
export function readSite(
  { meta, states, readAfter }: Readable,
  filter: Filter,
  since: Cursor | null,
  now: number,
): ReadResult {
  const { epoch, sequence, link, asOf } = meta;
  const cursor = { epoch, sequence };
  const plan = planRead(meta, since);
  if (plan.kind === "events") return { kind: "events", cursor, items: selectItems(readAfter(plan.after), filter) };
  const text = textOf(selectSnapshot(states.candidates(filter), filter, now));
  const snapshot = { kind: "snapshot", cursor, link, asOf, text } as const;
  const items = plan.begun === null ? [] : selectOccurrences(readAfter(plan.begun), filter);
  return plan.begun === null || items.length === 0 ? snapshot : { ...snapshot, since: { begun: plan.begun, items } };
}
