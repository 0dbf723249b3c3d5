/** What a connector tells of itself, for those who look after it; no client's stream has any of it. */
import * as z from "zod";
import { Milliseconds } from "./event.ts";

const count = z.number().int().nonnegative();

/**
 * The comparison of the connector's model with what Asterisk says when it is asked for everything again. `differences` were found, and
 * healed, by the last one at `at`; `total` by all `audits` of this process.
 */
export const Audit = z.object({ at: Milliseconds, differences: count, total: count, audits: count }).readonly();
export type Audit = z.infer<typeof Audit>;

export const maxCounters = 300;

/**
 * The connector's metrics at `at`, by the names that its `/metrics` has, labels included. Null: there was no audit yet. It has no number: the
 * latest replaces all before.
 */
export const UplinkReport = z.object({
  type: z.literal("report"),
  at: Milliseconds,
  audit: Audit.nullable(),
  counters: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,99}(?:\{[\x20-\x7e]{1,200}\})?$/), z.number())
    .refine((record) => Object.keys(record).length <= maxCounters, `must be at most ${maxCounters}`),
});
export type UplinkReport = Readonly<z.infer<typeof UplinkReport>>;
