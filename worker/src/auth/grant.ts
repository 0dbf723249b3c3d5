/** The gate before every site's routes: no handler runs without a grant for its site and role. */
import type { Grant } from "@pbxis/shared";
import type { Context, MiddlewareHandler } from "hono";
import type { Env } from "../env.ts";
import { errorAnswer } from "../http/answer.ts";
import { isEventSource, isUpgrade } from "../http/negotiate.ts";
import { logWarning } from "../log.ts";
import { askTicket } from "../ticket/stub.ts";
import { type Authorised, authorise, keysOf } from "./auth.ts";

export type App = { Bindings: Env; Variables: { grant: Grant } };

export function requireGrant(...roles: readonly Grant["role"][]): MiddlewareHandler<App> {
  return async (context, next) => {
    const authorised = await authoriseToken(context.env, tokenOf(context), context.req.param("site") ?? "", roles);
    if (!authorised.ok) return errorAnswer(authorised.code, authorised.message);
    context.set("grant", authorised.grant);
    return next();
  };
}

export async function authoriseToken(
  env: Env,
  token: string | undefined,
  site: string,
  roles: readonly Grant["role"][],
): Promise<Authorised> {
  const configured = keysOf(env);
  return configured.ok ? authorise(configured.keys, token, site, roles) : configured;
}

/**
 * AP6: for streams, a ticket does in place of a token, whatever the transport. It is used up by the request that carries it, even one that
 * is then refused for something else.
 */
export function requireStreamGrant(): MiddlewareHandler<App> {
  const byToken = requireGrant("client");
  return async (context, next) => {
    const tickets = context.req.queries("ticket");
    if (!tickets) return byToken(context, next);
    const [ticket = ""] = tickets;
    if (tickets.length > 1) return errorAnswer("bad_request", "ticket must be given once");
    if (context.req.header("authorization") !== undefined || context.req.query("access_token") !== undefined)
      return errorAnswer("bad_request", "a ticket takes the place of a token: give one of them");
    const claimed = await claim(context, ticket);
    if (claimed instanceof Response) return claimed;
    context.set("grant", claimed);
    return next();
  };
}

/** The ticket's grant: a client that commands nothing. */
async function claim({ env, req }: Context<App>, ticket: string): Promise<Grant | Response> {
  const claimant = crypto.randomUUID();
  try {
    const answer = await askTicket(env, req.param("site") ?? "", ticket, (object) => object.claim(claimant));
    switch (answer?.kind) {
      case "granted":
        return { role: "client", commands: [], ...answer.grant };
      case "used":
        return errorAnswer("ticket_used", "the ticket has been used; a ticket is good for one stream");
      case "expired":
        return errorAnswer("ticket_expired", "the ticket has expired; ask for a new one");
      default:
        return errorAnswer("unauthorized", "there is no such ticket");
    }
  } catch (error) {
    logWarning("a ticket could not be looked up", { error: String(error) });
    return errorAnswer("unavailable", "the ticket could not be looked up just now");
  }
}

/** RFC 6750, 2.1. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}

/**
 * The header, or for a WebSocket and an EventSource the parameter `access_token` (RFC 6750, 2.3): browsers cannot set headers on those
 * two. A token in a URL ends up in logs, so no other request may carry it there, and a single-use ticket is the better way where there is one (AP6).
 */
function tokenOf(context: Context<App>): string | undefined {
  const header = context.req.header("authorization");
  if (header !== undefined) return bearerOf(header);
  if (isUpgrade(context.req.raw) || isEventSource(context.req.raw)) return context.req.query("access_token");
  return undefined;
}
