/**
 * Which tokens are revoked (AP17). A list has digests of `jti` and, by role, the time before which a token must not
 * have been issued. Pure.
 */
import type { TokenRef } from "@pbxis/shared";
import * as z from "zod";

export const TokenRefObject = z.object({
  id: z.string().nullable(),
  issuedAt: z.number().nullable(),
  role: z.literal(["connector", "client", "operator", "admin"]),
});

/** `before` in seconds since 1970. */
export type Revoked = Readonly<{ ids: readonly string[]; before: Readonly<Partial<Record<TokenRef["role"], number>>> }>;

export const nothingRevoked: Revoked = { ids: [], before: {} };

/** A token that does not say when it was issued counts as an old one. Without a token there is nothing to revoke. */
export function isRevoked(token: TokenRef | undefined, { ids, before }: Revoked): boolean {
  if (!token) return false;
  if (token.id !== null && ids.includes(token.id)) return true;
  const limit = before[token.role];
  return limit !== undefined && (token.issuedAt ?? 0) < limit;
}
