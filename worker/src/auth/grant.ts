/** The middleware in front of every site's routes: no handler runs without a grant for its site and role. */
import type { Grant, Grants } from "@pbxis/shared";
import type { Context, MiddlewareHandler } from "hono";
import type { Env } from "../env.ts";
import { errorAnswer, siteUnavailable } from "../http/answer.ts";
import { isEventSource, isUpgrade } from "../http/negotiate.ts";
import { parseSubprotocols, type Subprotocols } from "../http/subprotocol.ts";
import { logWarning } from "../log.ts";
import { siteOf } from "../site/stub.ts";
import type { TicketGrant } from "../ticket/api.ts";
import { askTicket } from "../ticket/stub.ts";
import { type Authorised, authorise } from "./auth.ts";
import { keysOf } from "./keys.ts";
import { expired, type Refusal, revokedText } from "./refusal.ts";

/** The Hono environment of the worker's routes. `grant` is set by the middleware below, `grants` by that of grants.ts. */
export type App = {
  Bindings: Env;
  /** `isRevocationKnown`: the site has been called for the holder of the token (`SiteApi.callAs`). */
  Variables: { grant: Grant; grants: Grants; isRevocationKnown?: boolean };
};

/** The token must be right, and not revoked. For handlers that do something before they call the site, or instead. */
export function requireGrant(...roles: readonly Grant["role"][]): MiddlewareHandler<App> {
  return async (context, next) => {
    const site = context.req.param("site") ?? "";
    const authorised = await authoriseToken(context.env, tokenOf(context), site, roles);
    if (!authorised.ok) return refusalAnswer(authorised);
    const revoked = await revokedAnswer(context.env, site, authorised.grant);
    if (revoked) return revoked;
    context.set("grant", authorised.grant);
    return next();
  };
}

/**
 * The same for handlers that do nothing but call the site (`askSite`), which then also finds out whether the token is
 * revoked. A request that does not get there, because it is wrong, has the site asked here: a revoked token is refused
 * for being revoked.
 */
export function requireGrantOfSite(...roles: readonly Grant["role"][]): MiddlewareHandler<App> {
  return async (context, next) => {
    const site = context.req.param("site") ?? "";
    const authorised = await authoriseToken(context.env, tokenOf(context), site, roles);
    if (!authorised.ok) return refusalAnswer(authorised);
    context.set("grant", authorised.grant);
    await next();
    if (context.get("isRevocationKnown")) return undefined;
    const revoked = await revokedAnswer(context.env, site, authorised.grant);
    if (!revoked) return undefined;
    // Otherwise the headers of the first answer would be added to the second.
    context.res = undefined;
    context.res = revoked;
    return undefined;
  };
}

/** AP17: the refusal of a revoked token. The site is asked each time, so that a revocation counts at once. */
export async function revokedAnswer(
  env: Pick<Env, "SITE">,
  site: string,
  { token }: Pick<Grant, "token">,
): Promise<Response | undefined> {
  if (!token) return undefined;
  const ask = () => siteOf(env, site).isRevoked(token);
  try {
    return (await ask().catch(ask)) ? errorAnswer("unauthorized", revokedText) : undefined;
  } catch (error) {
    logWarning("the site did not answer", { site, error: String(error) });
    return siteUnavailable(error);
  }
}

export async function authoriseToken(
  env: Env,
  token: string | undefined,
  site: string,
  roles: readonly Grant["role"][],
): Promise<Authorised> {
  const configured = keysOf(env);
  return configured.ok ? authorise(configured.keys, token, site, roles, Date.now()) : configured;
}

export function refusalAnswer({ code, message, retryAfter, details }: Refusal): Response {
  return errorAnswer(code, message, details, retryAfter === undefined ? {} : { "retry-after": String(retryAfter) });
}

/**
 * The grant of a stream, whose object refuses a revoked token. AP6: `?ticket=` may take the place of a token, on every
 * transport. The request that carries the ticket uses it up, even if it is then refused for another reason.
 */
export function requireStreamGrant(): MiddlewareHandler<App> {
  return async (context, next) => {
    const site = context.req.param("site") ?? "";
    const claimed = await ticketGrant(context, site);
    if (claimed instanceof Response) return claimed;
    if (claimed) {
      // A path can name the place of tickets for several sites, which is no site.
      if (claimed.sites) return errorAnswer("unauthorized", unknownTicket);
      context.set("grant", { role: "client", commands: [], ...claimed });
      return next();
    }
    const authorised = await authoriseToken(context.env, tokenOf(context), site, ["client"]);
    if (!authorised.ok) return refusalAnswer(authorised);
    context.set("grant", authorised.grant);
    return next();
  };
}

const unknownTicket = "the ticket is unknown";

/** What the request's ticket grants, whose place is `site`. Undefined without a ticket. */
export async function ticketGrant(context: Context<App>, site: string): Promise<TicketGrant | Response | undefined> {
  const tickets = context.req.queries("ticket");
  if (!tickets) return undefined;
  const [ticket = ""] = tickets;
  if (tickets.length > 1) return errorAnswer("bad_request", "ticket must be given once");
  if (hasToken(context)) return errorAnswer("bad_request", "ticket replaces the token: send only one of them");
  return claimTicket(context.env, site, ticket);
}

async function claimTicket(env: Env, site: string, ticket: string): Promise<TicketGrant | Response> {
  const claimant = crypto.randomUUID();
  try {
    const place = { kind: "single-use", site } as const;
    const answer = await askTicket(env, place, ticket, (object) => object.claim(claimant));
    switch (answer?.kind) {
      case "granted":
        return answer.grant;
      case "used":
        return errorAnswer("ticket_used", "the ticket has been used; a ticket opens one stream only");
      case "expired":
        return errorAnswer("ticket_expired", "the ticket has expired; request a new one");
      default:
        return errorAnswer("unauthorized", unknownTicket);
    }
  } catch (error) {
    logWarning("a ticket could not be claimed", { error: String(error) });
    return errorAnswer("unavailable", "the ticket cannot be checked right now");
  }
}

/** The token of an `Authorization` header (RFC 6750, 2.1); undefined if it is missing or not a bearer token. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}

/**
 * The token of the header or, for a WebSocket or an EventSource only, of the parameter `access_token` (RFC 6750, 2.3):
 * browsers cannot set headers on those two. A token in a URL ends up in logs, so no other request may carry one there.
 * A WebSocket may instead name it among its subprotocols. A ticket (AP6) is the better choice.
 */
export function tokenOf(context: Context<App>): string | undefined {
  const header = context.req.header("authorization");
  if (header !== undefined) return bearerOf(header);
  if (isUpgrade(context.req.raw)) return subprotocolsOf(context).token ?? context.req.query("access_token");
  return isEventSource(context.req.raw) ? context.req.query("access_token") : undefined;
}

/** Whether the request carries a token, at any place where one can be. */
function hasToken(context: Context<App>): boolean {
  const { req } = context;
  return (
    req.header("authorization") !== undefined ||
    req.query("access_token") !== undefined ||
    subprotocolsOf(context).token !== undefined
  );
}

function subprotocolsOf({ req }: Context<App>): Subprotocols {
  return parseSubprotocols(req.header("sec-websocket-protocol") ?? null);
}

/**
 * The refusal of a grant that has expired at `now` (ms since 1970). `authorise` tolerates a few seconds of clock skew,
 * but a ticket never outlives its token: one that is made after the token's end could not be used.
 */
export function expiredAnswer({ expiresAt }: Pick<Grant, "expiresAt">, now: number): Response | undefined {
  return expiresAt !== null && expiresAt <= now ? refusalAnswer(expired(expiresAt)) : undefined;
}
