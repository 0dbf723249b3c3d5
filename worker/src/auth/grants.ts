/** AP15: the middleware in front of the routes of several sites. They check themselves which sites a request names. */
import type { Grants } from "@pbxis/shared";
import type { Context, MiddlewareHandler } from "hono";
import { severalSites } from "../ticket/signature.ts";
import { authoriseAll } from "./auth.ts";
import { type App, refusalAnswer, ticketGrant, tokenOf } from "./grant.ts";
import { keysOf } from "./keys.ts";

/** The grants of the client's token or, where `allowsTicket`, of a ticket for several sites. */
export function requireGrants({ allowsTicket }: Readonly<{ allowsTicket: boolean }>): MiddlewareHandler<App> {
  return async (context, next) => {
    const grants = (allowsTicket ? await grantsOfTicket(context) : undefined) ?? (await grantsOfToken(context));
    if (grants instanceof Response) return grants;
    context.set("grants", grants);
    return next();
  };
}

async function grantsOfToken(context: Context<App>): Promise<Grants | Response> {
  const configured = keysOf(context.env);
  if (!configured.ok) return refusalAnswer(configured);
  const authorised = await authoriseAll(configured.keys, tokenOf(context), [], ["client"], Date.now());
  return authorised.ok ? authorised.grants : refusalAnswer(authorised);
}

async function grantsOfTicket(context: Context<App>): Promise<Grants | Response | undefined> {
  const claimed = await ticketGrant(context, severalSites);
  if (!claimed || claimed instanceof Response) return claimed;
  const { subject, token, expiresAt, sites = {} } = claimed;
  const lists = Object.entries(sites).map(([site, granted]) => [site, { ...granted, commands: [] }] as const);
  return { subject, ...(token && { token }), role: "client", expiresAt, sites: new Map(lists) };
}
