/**
 * The sizes of what a site keeps, and the decisions that follow from them: how lists are cut into rows, when a checkpoint is worth
 * its price, which rows go. Sizes are counted in UTF-16 units of JSON, at most three bytes each.
 */
import * as z from "zod";

/**
 * `rowUnits`: a row stays far below SQLite's 2 MB here even if every unit is three bytes. The log keeps the last `events` or `units`,
 * whichever is less. A checkpoint is written after `checkpointRows` or `checkpointUnits`, so that waking replays little.
 */
export const logLimits = {
  rowUnits: 250_000,
  events: 50_000,
  units: 16_000_000,
  checkpointRows: 1_000,
  checkpointUnits: 1_000_000,
} as const;
export type LogLimits = Readonly<Record<keyof typeof logLimits, number>>;

/** `units` of the whole log; `since*` what came after the checkpoint at `checkpoint`, which has `checkpointUnits`. */
export type LogSize = Readonly<{
  units: number;
  sinceRows: number;
  sinceUnits: number;
  checkpoint: number;
  checkpointUnits: number;
}>;

const size = z.number().int().nonnegative();
/** `LogSize` as it is kept. */
export const KeptLogSize = z
  .object({ units: size, sinceRows: size, sinceUnits: size, checkpoint: size, checkpointUnits: size })
  .readonly();

export const emptyLog: LogSize = { units: 0, sinceRows: 0, sinceUnits: 0, checkpoint: 0, checkpointUnits: 0 };

/** A query for what else must survive, as JSON: of the log's last row, or of `meta` if nothing was logged since that was written. */
export const newestKept = `
  SELECT kept FROM (SELECT sequence, kept, 1 AS late FROM meta UNION ALL SELECT * FROM (SELECT last, kept, 0 FROM log ORDER BY first DESC LIMIT 1))
  ORDER BY sequence DESC, late DESC LIMIT 1`;

export type Chunk = Readonly<{ count: number; body: string }>;

/** JSON lists of at most `rowUnits` of values, whose JSON is given, in order; one value a list at least, and no list at all of nothing. */
export function* cutChunks(values: Iterable<string>, rowUnits: number): Generator<Chunk> {
  let texts: string[] = [];
  let units = 2;
  for (const text of values) {
    if (texts.length > 0 && units + text.length + 1 > rowUnits) {
      yield { count: texts.length, body: `[${texts.join(",")}]` };
      texts = [];
      units = 2;
    }
    texts.push(text);
    units += text.length + 1;
  }
  if (texts.length > 0) yield { count: texts.length, body: `[${texts.join(",")}]` };
}

/**
 * A large checkpoint waits until as much again was logged, so that checkpoints at most double what is written; but never so long that
 * the log could not be trimmed.
 */
export function checkpointDue(size: LogSize, limits: LogLimits): boolean {
  const patience = Math.min(Math.max(limits.checkpointUnits, size.checkpointUnits), limits.units / 2);
  return size.sinceRows >= limits.checkpointRows || size.sinceUnits >= patience;
}

export type RowSize = Readonly<{ first: number; last: number; units: number }>;

/** The rows among `oldest`, oldest first, that must go so that the log is within its limits. */
export function planTrim(
  oldest: Iterable<RowSize>,
  kept: Readonly<{ events: number; units: number }>,
  limits: LogLimits,
): Readonly<{ through: number; units: number }> | null {
  let { events, units } = kept;
  if (events <= limits.events && units <= limits.units) return null;
  let through: number | null = null;
  for (const row of oldest) {
    if (events <= limits.events && units <= limits.units) break;
    events -= row.last - row.first + 1;
    units -= row.units;
    through = row.last;
  }
  return through === null ? null : { through, units: kept.units - units };
}
