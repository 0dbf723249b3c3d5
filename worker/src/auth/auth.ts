/**
 * A bearer JWT becomes the grant for one site, or a refusal (section 7 of PROTOCOL.md). This file knows the claims, the
 * site and the role; signatures and times are in verify.ts. Whether the grant covers what a request names is checked
 * elsewhere (narrow-filter.ts, permit.ts).
 */
import { Claims, type Grant, plainIssue } from "@pbxis/shared";
import type { Keys } from "./keys.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { subjectOf, tokenRefOf } from "./subject.ts";
import { verifyToken } from "./verify.ts";

/** Characters. Longer tokens are refused without being parsed. */
const maxTokenLength = 32 * 1024;

export type Authorised = Readonly<{ ok: true; grant: Grant }> | Refusal;

/** A token for another site gets the same answer whether the requested site exists or not. `now` in ms since 1970. */
export async function authorise(
  keys: Keys,
  token: string | undefined,
  site: string,
  roles: readonly Grant["role"][],
  now: number,
): Promise<Authorised> {
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
  const { site: sites, role: granted, exp, ...lists } = parsed.data;
  if (!(Array.isArray(sites) ? sites : [sites]).includes(site))
    return refuse("forbidden", "the token is for another site");
  if (!roles.includes(granted))
    return refuse("forbidden", `this request needs a token with the role ${roles.join(" or ")}`);
  if (exp === undefined && (granted === "client" || granted === "admin") && keys.needsExp)
    return refuse(
      "unauthorized",
      `the token has no claim exp: ${granted === "client" ? "a client" : "an admin"}'s token must say when it ends`,
    );
  const subject = await subjectOf(payload, token);
  const ref = await tokenRefOf(payload, granted);
  return { ok: true, grant: { subject, token: ref, role: granted, ...lists, expiresAt: endOf(exp) } };
}

/**
 * Seconds since 1970, in the year 2255. Durable Object alarms reach only to 2262, so a token that expires later than
 * this counts as one that never expires.
 */
const farthestAlarm = 9e9;

function endOf(exp: number | undefined): number | null {
  return exp === undefined || exp > farthestAlarm ? null : exp * 1000;
}
