/** Revoking tokens of a site before they end (AP17 of PROTOCOL.md). */
import * as z from "zod";
import { Claims } from "./grant.ts";

/** As in the claims `iat` and `exp`: seconds since 1970. */
const Seconds = z.number().nonnegative().max(1e11, "must be in seconds since 1970");

/** One token by its `jti`, until its own `exp`; or all that were issued before a time, of one role or of all. */
export const RevocationRequest = z.union([
  z.strictObject({ jti: z.string().min(1).max(1024), exp: Seconds.optional() }),
  z.strictObject({ issuedBefore: Seconds, role: Claims.shape.role.optional() }),
]);
export type RevocationRequest = z.infer<typeof RevocationRequest>;

/** `revocations`: how many the site keeps now. */
export const RevocationAnswer = z.object({ revocations: z.number().int().nonnegative() });
export type RevocationAnswer = z.infer<typeof RevocationAnswer>;
