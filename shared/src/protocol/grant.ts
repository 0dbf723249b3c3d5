/**
 * The claims of a token and the grant they become (section 7 of PROTOCOL.md). The worker verifies signatures; this file
 * does not.
 */
import * as z from "zod";
import { SiteId } from "./id.ts";

const names = z.array(z.string().min(1).max(128)).max(10_000);

/**
 * Seconds, in the year 5138. A larger `exp` must be in milliseconds, and would make a token that practically never
 * expires.
 */
const maxExpiry = 1e11;

/**
 * The claims of a token. A list holds names, or `*` for all. `callers`: the token shows numbers and names of callers
 * who waited (EV16). `exp` is in seconds since 1970.
 */
export const Claims = z.object({
  site: z.union([SiteId, z.array(SiteId).min(1).max(1000)], "must be a site's name or a list of them"),
  role: z.literal(["connector", "client", "operator", "admin"]),
  agents: names.default([]),
  queues: names.default([]),
  commands: names.default([]),
  callers: z.boolean().default(false),
  exp: z.number().max(maxExpiry, "must be in seconds since 1970").optional(),
});
export type Claims = z.infer<typeof Claims>;

/** What a token can be revoked by (AP17): a digest of its `jti`, when it was issued (s since 1970), and its role. */
export type TokenRef = Readonly<{ id: string | null; issuedAt: number | null; role: Claims["role"] }>;

/**
 * What a verified token allows at one site. `subject` is whose it is: equal for all tokens of one holder, and what
 * limits for each client go by. `token` is absent where no token is needed. `expiresAt` in ms since 1970, null for a
 * token that never expires.
 */
export type Grant = Readonly<{
  subject: string;
  token?: TokenRef;
  role: Claims["role"];
  agents: readonly string[];
  queues: readonly string[];
  commands: readonly string[];
  callers: boolean;
  expiresAt: number | null;
}>;
