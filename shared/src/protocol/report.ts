/** UP10: what a connector reports about itself, for operators. No client's stream contains any of it. */
import * as z from "zod";
import { Milliseconds } from "./time.ts";

const count = z.number().int().nonnegative();
/** The connector cuts longer names. */
export const maxReportedName = 256;
const text = z.string().max(maxReportedName);

/**
 * AP11: the comparison of the connector's model with Asterisk's own lists. `differences` were found and corrected by
 * the last audit, at `at` (ms since 1970); `total` by all `audits` since the connector started.
 */
export const Audit = z.object({ at: Milliseconds, differences: count, total: count, audits: count }).readonly();
export type Audit = z.infer<typeof Audit>;

/**
 * EV15: members of queues, and phones of hints and of the list of devices, in whose names `setting` finds no agent's
 * id. At most a hundred of each are named; `more` counts the rest.
 */
export const LeftOut = z
  .object({
    setting: z.string().max(64),
    members: z
      .array(z.object({ queue: text, memberInterface: text }).readonly())
      .max(100)
      .readonly(),
    phones: z
      .array(z.object({ device: text, extension: text.nullable() }).readonly())
      .max(100)
      .readonly(),
    more: count,
  })
  .readonly();
export type LeftOut = z.infer<typeof LeftOut>;

export const maxCounters = 300;

/**
 * The connector's counters at `at` (ms since 1970), by the names of its `/metrics`, labels included. `audit` is null
 * before the first audit. `leftOut` is absent from connectors of an earlier version. `clockOffsetMs`: how far the clock
 * of the connector's machine is ahead of the site's; absent if that is not known. A report has no number and no
 * acknowledgement: the latest replaces all earlier ones.
 */
export const UplinkReport = z.object({
  type: z.literal("report"),
  at: Milliseconds,
  audit: Audit.nullable(),
  leftOut: LeftOut.optional(),
  clockOffsetMs: z.number().int().optional(),
  counters: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,99}(?:\{[\x20-\x7e]{1,200}\})?$/), z.number())
    .refine((record) => Object.keys(record).length <= maxCounters, `must have at most ${maxCounters} entries`),
});
export type UplinkReport = Readonly<z.infer<typeof UplinkReport>>;
