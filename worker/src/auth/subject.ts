/** Whose a token is, as one short text that reveals neither the token nor its holder. */
import type { TokenRef } from "@pbxis/shared";
import * as z from "zod";

/** RFC 7519, 4.1. A claim of another type counts as absent: only an identity provider's own text names its subjects. */
const Identity = z.object({
  iss: z.string().catch(""),
  sub: z.string().catch(""),
  jti: z.string().catch(""),
});

const Issued = z.object({ iat: z.number().nullable().catch(null) });

/**
 * The token's `sub`, else its `jti`, else the token itself, always as a digest. Two issuers that use the same `sub` are
 * two subjects. What is limited or kept for each client (section 9 of PROTOCOL.md) goes by this text.
 */
export async function subjectOf(payload: unknown, token: string): Promise<string> {
  const { iss, sub, jti } = Identity.parse(payload);
  const named = sub ? ["sub", iss, sub] : jti ? ["jti", iss, jti] : ["token", token];
  return digestOf(named);
}

/** AP17: by what a token can be revoked. */
export async function tokenRefOf(payload: unknown, role: TokenRef["role"]): Promise<TokenRef> {
  const { jti } = Identity.parse(payload);
  const { iat } = Issued.parse(payload);
  return { id: jti ? await tokenIdOf(jti) : null, issuedAt: iat, role };
}

/** The digest that stands for a `jti`, whoever issued the token. */
export function tokenIdOf(jti: string): Promise<string> {
  return digestOf(["jti", jti]);
}

async function digestOf(named: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(named)));
  return btoa(String.fromCharCode(...new Uint8Array(digest).subarray(0, 15)))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
