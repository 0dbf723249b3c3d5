/** All that the site ever logged, over its epochs: read now and then out of its storage, before the oldest rows go. */
import { type SiteEvent, stateKey } from "@pbxis/shared";

type Row = Readonly<{ first: number; last: number; body: string }>;
type LogItem = SiteEvent | Readonly<{ type: "link" }>;

/** Reads the site's tables; null while the site has none. */
export type SiteReader = Readonly<{
  epoch: () => string | null;
  /** Of the log, in order, all that end after `sequence`. */
  rowsAfter: (sequence: number) => readonly Row[];
}>;

export type SiteHistory = Readonly<{
  look: () => void;
  /** In order; null where what was logged is not known to its end, because an epoch ended between two looks. */
  occurrences: (epoch: string, after: number, through: number) => readonly SiteEvent[] | null;
  /** All of all epochs, in order. */
  all: () => readonly SiteEvent[];
  epochs: () => number;
}>;

type Chapter = { items: Map<number, LogItem>; from: number; through: number };

export function createHistory(reader: SiteReader): SiteHistory {
  const chapters = new Map<string, Chapter>();

  function look(): void {
    const epoch = reader.epoch();
    if (epoch === null) return;
    let chapter = chapters.get(epoch);
    const rows = reader.rowsAfter(chapter?.through ?? 0);
    const [first] = rows;
    if (!chapter) {
      chapter = { items: new Map(), from: first?.first ?? 1, through: (first?.first ?? 1) - 1 };
      // An epoch that has nothing yet is begun by its first row.
      if (!first) return;
      chapters.set(epoch, chapter);
    }
    for (const { first: sequence, last, body } of rows) {
      const items: LogItem[] = JSON.parse(body);
      for (const [offset, item] of items.entries()) chapter.items.set(sequence + offset, item);
      chapter.through = Math.max(chapter.through, last);
    }
  }

  const isOccurrence = (item: LogItem | undefined): item is SiteEvent =>
    item !== undefined && item.type !== "link" && stateKey(item as SiteEvent) === undefined;

  return {
    look,
    occurrences: (epoch, after, through) => {
      const chapter = chapters.get(epoch);
      if (through === after) return [];
      if (!chapter || chapter.through < through || after < chapter.from - 1) return null;
      const found: SiteEvent[] = [];
      for (let sequence = after + 1; sequence <= through; sequence++) {
        const item = chapter.items.get(sequence);
        if (isOccurrence(item)) found.push(item);
      }
      return found;
    },
    all: () => [...chapters.values()].flatMap(({ items }) => [...items.values()].filter(isOccurrence)),
    epochs: () => chapters.size,
  };
}
