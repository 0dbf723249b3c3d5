/** AP3, AP4, AP7 and AP10: the requests that the Site object answers itself. */
import { encodeCursor } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { revokedText } from "../auth/refusal.ts";
import { errorAnswer, jsonAnswer, siteUnavailable } from "../http/answer.ts";
import { isUpgrade } from "../http/negotiate.ts";
import { parseQuery, requestedFilter } from "../http/query.ts";
import { logWarning } from "../log.ts";
import type { CallOfToken, SiteApi } from "../site/api.ts";
import { statesOf } from "../site/read-states.ts";
import { siteOf } from "../site/stub.ts";
import { expiryHeader, siteHeader, tokenHeader } from "../site/uplink/uplink-socket.ts";

/** AP3: the snapshot of a subscription. */
export async function siteState(context: Context<App>): Promise<Response> {
  const query = parseQuery(new URL(context.req.url).searchParams);
  if (!query.ok) return errorAnswer("bad_request", query.message);
  const filter = narrowFilter(requestedFilter(query.value), context.get("grant"));
  if (filter instanceof Response) return filter;
  const result = await askSite(context, "read", filter, null);
  if (result instanceof Response) return result;
  const { cursor, ...states } = statesOf(result);
  return jsonAnswer({ cursor: encodeCursor(cursor), ...states });
}

/** AP4: the site's status. Members that are left out may be of queues that the token does not grant. */
export async function siteStatus(context: Context<App>): Promise<Response> {
  const { role, agents, queues } = context.get("grant");
  const seesAll = role === "operator" || [agents, queues].every((names) => names.includes("*"));
  const status = await askSite(context, "status", context.req.param("site") ?? "");
  if (status instanceof Response) return status;
  return jsonAnswer(seesAll ? status : { ...status, leftOut: null, webhooks: null });
}

/** AP10: the site's counters. */
export async function siteCounters(context: Context<App>): Promise<Response> {
  const counters = await askSite(context, "counters", context.req.param("site") ?? "");
  return counters instanceof Response ? counters : jsonAnswer(counters);
}

/**
 * AP7: the uplink. The Site object accepts the socket; headers carry its own name, and when the connector's token
 * expires and by what it can be revoked.
 */
export async function connectorUplink(context: Context<App>): Promise<Response> {
  if (!isUpgrade(context.req.raw))
    return errorAnswer("upgrade_required", "this path accepts WebSocket only", {}, { upgrade: "websocket" });
  const site = context.req.param("site") ?? "";
  const headers = new Headers({ upgrade: "websocket", [siteHeader]: site });
  const { expiresAt, token } = context.get("grant");
  if (expiresAt !== null) headers.set(expiryHeader, String(expiresAt));
  if (token) headers.set(tokenHeader, JSON.stringify(token));
  try {
    return await context.env.SITE.getByName(site).fetch(new Request("https://site.internal/connector", { headers }));
  } catch (error) {
    return siteUnavailable(error);
  }
}

/**
 * Calls the Site object for the holder of the request's token, and once more on a new stub: an object that moved or
 * restarted breaks the old one. 503 if it does not answer.
 */
export async function askSite<Name extends CallOfToken>(
  context: Context<App>,
  name: Name,
  ...args: Parameters<SiteApi[Name]>
): Promise<Awaited<ReturnType<SiteApi[Name]>> | Response> {
  const { env } = context;
  const { token = null } = context.get("grant");
  const site = context.req.param("site") ?? "";
  context.set("isRevocationKnown", true);
  const call = () => siteOf(env, site).callAs(token, name, args);
  try {
    const called = await call().catch(call);
    return called.isRevoked ? errorAnswer("unauthorized", revokedText) : called.answer;
  } catch (error) {
    logWarning("the site did not answer", { site, error: String(error) });
    return siteUnavailable(error);
  }
}
