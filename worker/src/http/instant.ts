/** A moment in a request's URL, such as `from=2026-11-29T08:00:00+01:00` (AP13). Pure. */
import * as z from "zod";

const form = "must be a time with its offset, such as 2026-11-29T08:00:00+01:00 or 2026-11-29T07:00:00Z";

/**
 * ISO 8601 with an offset or `Z`, with or without seconds, as ms since 1970. A `+` that nobody has percent-encoded
 * arrives as a blank.
 */
export const Instant: z.ZodType<number, string> = z
  .string()
  .transform((text) => text.replace(/ (?=\d\d:\d\d$)/, "+").replace(/T\d\d:\d\d(?=[Z+-])/, "$&:00"))
  .pipe(z.iso.datetime({ offset: true, error: form }))
  .transform((text) => Date.parse(text))
  .refine((at) => at >= 0, form);
