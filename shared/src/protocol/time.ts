import * as z from "zod";

/** Milliseconds since 1970, or a span in milliseconds. */
export const Milliseconds = z.number().int().nonnegative();
