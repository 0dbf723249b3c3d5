/** What a token allows (section 7 of PROTOCOL.md). The worker verifies signatures; this file only knows the claims. */
import * as z from "zod";
import { SiteId } from "./id.ts";

const names = z.array(z.string().min(1).max(128)).max(10_000);

/** In seconds, the year 5138. Whoever writes more counts in milliseconds, and would have a token that never ends. */
const maxExpiry = 1e11;

/** The claims of a token. Lists hold names, or the one entry `*` for all. */
export const Claims = z.object({
  site: z.union([SiteId, z.array(SiteId).min(1).max(1000)]),
  role: z.literal(["connector", "client", "operator"]),
  agents: names.default([]),
  queues: names.default([]),
  commands: names.default([]),
  exp: z.number().max(maxExpiry, "counts seconds since 1970").optional(),
});
export type Claims = z.infer<typeof Claims>;

/** A verified token as one site sees it. `expiresAt` in ms since 1970, null for a token that never expires. */
export type Grant = Readonly<{
  role: Claims["role"];
  agents: readonly string[];
  queues: readonly string[];
  commands: readonly string[];
  expiresAt: number | null;
}>;

/** RFC 7518, 3.2: a key for HS256 has at least as many bits as its hash. */
export const minSecretBytes = 32;
