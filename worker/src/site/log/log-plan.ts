/**
 * Decides by size how lists are cut into rows, when a checkpoint is due, and which rows of the log are deleted. Sizes
 * are counted in UTF-16 units of JSON, of at most three bytes each. Pure.
 */
import * as z from "zod";

/**
 * `rowUnits`: a row stays far below the platform's limit of 2 MB, even if every unit takes three bytes. The log keeps
 * the last `events` or `units`, whichever is less. A checkpoint is written after `checkpointRows` or `checkpointUnits`,
 * so that a waking site has little to replay.
 */
export const logLimits = {
  rowUnits: 250_000,
  events: 50_000,
  units: 16_000_000,
  checkpointRows: 1_000,
  checkpointUnits: 1_000_000,
} as const;
export type LogLimits = Readonly<Record<keyof typeof logLimits, number>>;

/**
 * `units` and `events` are the whole log; `since…` is what came after the checkpoint at position `checkpoint`, which has
 * `checkpointUnits`.
 */
export type LogSize = Readonly<{
  units: number;
  events: number;
  sinceRows: number;
  sinceUnits: number;
  checkpoint: number;
  checkpointUnits: number;
}>;

const size = z.number().int().nonnegative();
/** `LogSize` as it is kept. */
export const KeptLogSize = z
  .object({ units: size, events: size, sinceRows: size, sinceUnits: size, checkpoint: size, checkpointUnits: size })
  .readonly();

export const emptyLog: LogSize = {
  units: 0,
  events: 0,
  sinceRows: 0,
  sinceUnits: 0,
  checkpoint: 0,
  checkpointUnits: 0,
};

/**
 * A query for the newest stored `SiteMeta` and `LogSize`: in the log's last row, or in `meta` if nothing was logged
 * since that was written.
 */
export const newestKept = `
  SELECT kept FROM (
    SELECT sequence, kept, 1 AS late FROM meta
    UNION ALL SELECT * FROM (SELECT last, kept, 0 FROM log ORDER BY first DESC LIMIT 1)
  )
  ORDER BY sequence DESC, late DESC LIMIT 1`;

export type Chunk = Readonly<{ count: number; body: string }>;

/**
 * Joins JSON texts, in order, to JSON lists of at most `rowUnits`. A list has at least one value; no values give no
 * list.
 */
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

export function* textsOf(values: Iterable<unknown>): Iterable<string> {
  for (const value of values) yield JSON.stringify(value);
}

/**
 * A large checkpoint waits until as much has been logged again, so that checkpoints at most double what is written. It
 * never waits so long that the log could not be trimmed.
 */
export function checkpointDue(size: LogSize, limits: LogLimits): boolean {
  const patience = Math.min(Math.max(limits.checkpointUnits, size.checkpointUnits), limits.units / 2);
  return size.sinceRows >= limits.checkpointRows || size.sinceUnits >= patience;
}

/** `at`: when the row was logged, ms. */
export type RowSize = Readonly<{ first: number; last: number; units: number; at: number }>;

/**
 * Up to where the `oldest` rows, oldest first, are dropped: those beyond the limits, and those that were logged before
 * `before` (ms). And what is left then. Null for none.
 */
export function planTrim(
  oldest: Iterable<RowSize>,
  kept: Readonly<{ events: number; units: number }>,
  limits: LogLimits,
  before: number,
): Readonly<{ through: number; units: number; events: number }> | null {
  let { events, units } = kept;
  let through: number | null = null;
  for (const row of oldest) {
    if (events <= limits.events && units <= limits.units && row.at >= before) break;
    events -= row.last - row.first + 1;
    units -= row.units;
    through = row.last;
  }
  return through === null ? null : { through, units, events };
}
