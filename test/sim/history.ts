/**
 * Everything that the site ever logged, in all its epochs. It is read from the site's storage before the oldest rows
 * are deleted.
 */
import { type SiteEvent, stateKey } from "@pbxis/shared";
import { logLimits } from "./limits.ts";

type Row = Readonly<{ first: number; last: number; at: number; body: string }>;
type LogItem = SiteEvent | Readonly<{ type: "link" }>;

/** Access to the site's tables; null while they do not exist. */
export type SiteReader = Readonly<{
  epoch: () => string | null;
  /** The log rows that end after `sequence`, in order. */
  rowsAfter: (sequence: number) => readonly Row[];
}>;

/** `countedAt`: the time by which the statistics count it: its own, but not later than when it was logged (ms). */
export type Counted = Readonly<{ event: SiteEvent; countedAt: number }>;

export type SiteHistory = Readonly<{
  poll: () => void;
  /**
   * The occurrences of a range, in order; null if the range was not read completely, because the epoch ended between
   * two polls.
   */
  occurrences: (epoch: string, after: number, through: number) => readonly SiteEvent[] | null;
  /**
   * The occurrences from the beginning of an epoch up to `through`, if `before` is the epoch before it and the log may
   * still have them; otherwise null.
   */
  sinceBeginning: (before: string, epoch: string, through: number) => readonly SiteEvent[] | null;
  /** The occurrences of all epochs, in order. */
  all: () => readonly SiteEvent[];
  counted: () => readonly Counted[];
  epochs: () => number;
}>;

type EpochLog = { items: Map<number, LogItem>; from: number; through: number };

export function createHistory(reader: SiteReader): SiteHistory {
  const epochLogs = new Map<string, EpochLog>();
  /** In their order, also those without a row. */
  const epochs = new Set<string>();
  const loggedAt = new WeakMap<LogItem, number>();

  function poll(): void {
    const epoch = reader.epoch();
    if (epoch === null) return;
    epochs.add(epoch);
    let epochLog = epochLogs.get(epoch);
    const rows = reader.rowsAfter(epochLog?.through ?? 0);
    const [first] = rows;
    if (!epochLog) {
      epochLog = { items: new Map(), from: first?.first ?? 1, through: (first?.first ?? 1) - 1 };
      // An epoch without rows is added when it has its first row.
      if (!first) return;
      epochLogs.set(epoch, epochLog);
    }
    for (const { first: sequence, last, at, body } of rows) {
      const items: LogItem[] = JSON.parse(body);
      for (const [offset, item] of items.entries()) {
        epochLog.items.set(sequence + offset, item);
        loggedAt.set(item, at);
      }
      epochLog.through = Math.max(epochLog.through, last);
    }
  }

  const isOccurrence = (item: LogItem | undefined): item is SiteEvent =>
    item !== undefined && item.type !== "link" && stateKey(item as SiteEvent) === undefined;

  function occurrences(epoch: string, after: number, through: number): readonly SiteEvent[] | null {
    const epochLog = epochLogs.get(epoch);
    if (through === after) return [];
    if (!epochLog || epochLog.through < through || after < epochLog.from - 1) return null;
    const found: SiteEvent[] = [];
    for (let sequence = after + 1; sequence <= through; sequence++) {
      const item = epochLog.items.get(sequence);
      if (isOccurrence(item)) found.push(item);
    }
    return found;
  }

  const all = () => [...epochLogs.values()].flatMap(({ items }) => [...items.values()].filter(isOccurrence));

  return {
    poll,
    occurrences,
    sinceBeginning: (before, epoch, through) => {
      const order = [...epochs];
      const from = epochLogs.get(epoch)?.from;
      if (from === undefined || order[order.indexOf(epoch) - 1] !== before) return null;
      return through - from < logLimits.events / 2 ? occurrences(epoch, from - 1, Math.max(through, from - 1)) : null;
    },
    all,
    counted: () => all().map((event) => ({ event, countedAt: Math.min(event.at, loggedAt.get(event) ?? event.at) })),
    epochs: () => epochLogs.size,
  };
}
