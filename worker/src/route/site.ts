/** AP3, AP4, AP7 and AP10: the requests that the Site object answers itself. */
import { encodeCursor } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { errorAnswer, jsonAnswer, siteUnavailable } from "../http/answer.ts";
import { isUpgrade } from "../http/negotiate.ts";
import { parseQuery, requestedFilter } from "../http/query.ts";
import { logWarning } from "../log.ts";
import type { SiteApi } from "../site/api.ts";
import { readStates } from "../site/read-states.ts";
import { siteOf } from "../site/stub.ts";
import { expiryHeader, siteHeader, tokenHeader } from "../site/uplink/uplink-socket.ts";

/** AP3: the snapshot of a subscription. */
export async function siteState(context: Context<App>): Promise<Response> {
  const query = parseQuery(new URL(context.req.url).searchParams);
  if (!query.ok) return errorAnswer("bad_request", query.message);
  const filter = narrowFilter(requestedFilter(query.value), context.get("grant"));
  if (filter instanceof Response) return filter;
  return answerOfSite(context, async (site) => {
    const { cursor, ...states } = await readStates(site, filter);
    return { cursor: encodeCursor(cursor), ...states };
  });
}

/** AP4: the site's status. Members that are left out may be of queues that the token does not grant. */
export function siteStatus(context: Context<App>): Promise<Response> {
  const { role, agents, queues } = context.get("grant");
  const seesAll = role === "operator" || [agents, queues].every((names) => names.includes("*"));
  return answerOfSite(context, async (site) => {
    const status = await site.status(context.req.param("site") ?? "");
    return seesAll ? status : { ...status, leftOut: null };
  });
}

/** AP10: the site's counters. */
export function siteCounters(context: Context<App>): Promise<Response> {
  return answerOfSite(context, (site) => site.counters(context.req.param("site") ?? ""));
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

async function answerOfSite(
  context: Context<App>,
  call: (site: Pick<SiteApi, "read" | "status" | "counters">) => Promise<object>,
): Promise<Response> {
  const answer = await askSite(context, call);
  return answer instanceof Response ? answer : jsonAnswer(answer);
}

/**
 * Calls the Site object, and once more on a new stub: an object that moved or restarted breaks the old one. 503 if it
 * does not answer.
 */
export async function askSite<Answer>(
  context: Context<App>,
  call: (site: SiteApi) => Promise<Answer>,
): Promise<Answer | Response> {
  const { env } = context;
  const name = context.req.param("site") ?? "";
  try {
    return await call(siteOf(env, name)).catch(() => call(siteOf(env, name)));
  } catch (error) {
    logWarning("the site did not answer", { site: name, error: String(error) });
    return siteUnavailable(error);
  }
}
