/**
 * A bearer JWT becomes the grant for one site or several, or a refusal (section 7 of PROTOCOL.md). This file knows the
 * claims, the site and the role; signatures and times are in verify.ts. Whether the grant covers what a request names
 * is checked elsewhere (narrow-filter.ts, permit.ts).
 */
import { Claims, type Grant, type Grants, listsBySite, plainIssue } from "@pbxis/shared";
import type { Keys } from "./keys.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { subjectOf, tokenRefOf } from "./subject.ts";
import { verifyToken } from "./verify.ts";

/** Characters. Longer tokens are refused without being parsed. */
const maxTokenLength = 32 * 1024;

export type Authorised = Readonly<{ ok: true; grant: Grant }> | Refusal;

export type AllAuthorised = Readonly<{ ok: true; grants: Grants }> | Refusal;

/** A token for another site gets the same answer whether the requested site exists or not. `now` in ms since 1970. */
export async function authorise(
  keys: Keys,
  token: string | undefined,
  site: string,
  roles: readonly Grant["role"][],
  now: number,
): Promise<Authorised> {
  const authorised = await authoriseAll(keys, token, [site], roles, now);
  if (!authorised.ok) return authorised;
  const { sites, ...rest } = authorised.grants;
  const lists = sites.get(site);
  return lists ? { ok: true, grant: { ...rest, ...lists } } : otherSite([site]);
}

/** The grants of a token, which must have each of `sites`. */
export async function authoriseAll(
  keys: Keys,
  token: string | undefined,
  sites: readonly string[],
  roles: readonly Grant["role"][],
  now: number,
): Promise<AllAuthorised> {
  if (token === undefined) return refuse("unauthorized", "this request needs a bearer token");
  if (token.length > maxTokenLength) return refuse("unauthorized", "the token is too long");
  const verified = await verifyToken(keys, token, now);
  if (!verified.ok) return verified;
  const { payload } = verified;
  const parsed = Claims.safeParse(payload, { error: plainIssue });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse("unauthorized", `the token's claim ${issue?.path.join(".")} ${issue?.message}`);
  }
  const granted = listsBySite(parsed.data);
  const others = sites.filter((site) => !granted.has(site));
  if (others.length > 0) return otherSite(others);
  const { role, exp } = parsed.data;
  const refusal = refusalOfRole(role, roles) ?? (exp === undefined ? refusalWithoutEnd(role, keys) : undefined);
  if (refusal) return refusal;
  const subject = await subjectOf(payload, token);
  const ref = await tokenRefOf(payload, role);
  return { ok: true, grants: { subject, token: ref, role, sites: granted, expiresAt: endOf(exp) } };
}

/** The token has none of `sites`. */
export function otherSite(sites: readonly string[]): Refusal {
  return { ...refuse("forbidden", "the token is for another site"), details: { sites } };
}

function refusalOfRole(role: Grant["role"], roles: readonly Grant["role"][]): Refusal | undefined {
  if (roles.includes(role)) return undefined;
  return refuse("forbidden", `this request needs a token with the role ${roles.join(" or ")}`);
}

function refusalWithoutEnd(role: Grant["role"], { needsExp }: Keys): Refusal | undefined {
  if (!needsExp || (role !== "client" && role !== "admin")) return undefined;
  const whose = role === "client" ? "a client" : "an admin";
  return refuse("unauthorized", `the token has no claim exp: ${whose}'s token must say when it ends`);
}

/**
 * Seconds since 1970, in the year 2255. Durable Object alarms reach only to 2262, so a token that expires later than
 * this counts as one that never expires.
 */
const farthestAlarm = 9e9;

function endOf(exp: number | undefined): number | null {
  return exp === undefined || exp > farthestAlarm ? null : exp * 1000;
}
