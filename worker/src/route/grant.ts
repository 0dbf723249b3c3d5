/** The gate before every site's routes: no handler runs without a grant for its site and role. */
import type { Grant } from "@pbxis/shared";
import type { Context, MiddlewareHandler } from "hono";
import { authorise, keysOf } from "../auth.ts";
import type { Env } from "../env.ts";
import { isEventSource, isUpgrade } from "../transport/negotiate.ts";
import { errorAnswer } from "./answer.ts";

export type App = { Bindings: Env; Variables: { grant: Grant } };

export function requireGrant(role: Grant["role"]): MiddlewareHandler<App> {
  return async (context, next) => {
    const configured = keysOf(context.env);
    const authorised = configured.ok
      ? await authorise(configured.keys, tokenOf(context), context.req.param("site") ?? "", role)
      : configured;
    if (!authorised.ok) return errorAnswer(authorised.code, authorised.message);
    context.set("grant", authorised.grant);
    return next();
  };
}

/**
 * The header, or for a WebSocket and an EventSource the parameter `access_token` (RFC 6750, 2.3): browsers cannot set headers on those
 * two. A token in a URL ends up in logs, so no other request may carry it there, and a single-use ticket is the better way where there is one (AP6).
 */
function tokenOf(context: Context<App>): string | undefined {
  const header = context.req.header("authorization");
  if (header !== undefined) return /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (isUpgrade(context.req.raw) || isEventSource(context.req.raw)) return context.req.query("access_token");
  return undefined;
}
