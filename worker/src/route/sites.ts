/** AP15: the routes of several sites: their stream, and a ticket for one. */
import { type Filter, SitesTicketRequest } from "@pbxis/shared";
import type { Context } from "hono";
import { otherSite } from "../auth/auth.ts";
import { type App, expiredAnswer, refusalAnswer, revokedAnswer } from "../auth/grant.ts";
import { pairsAnswer } from "../auth/narrow-filter.ts";
import { revokedText } from "../auth/refusal.ts";
import { errorAnswer } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import { transportOf } from "../http/negotiate.ts";
import { parseAs } from "../http/query.ts";
import { boundedFilterText, maxFilterBytes } from "../scope/connect.ts";
import { mergedPoll, mergedSse } from "../sites/answers.ts";
import { MergedStream } from "../sites/merged.ts";
import { filtersOf, maxSites, parseSitesQuery, type SitesQuery, siteProblem, sitesOf } from "../sites/query.ts";
import { mergedWebSocket } from "../sites/websocket.ts";
import type { TicketGrant } from "../ticket/api.ts";
import { severalSites } from "../ticket/signature.ts";
import { lenientTicket } from "./lenient.ts";
import { remainingMs, switchedAnswer } from "./stream.ts";
import { ticketAnswer } from "./ticket.ts";

type Requested = Omit<SitesQuery, "since" | "wait"> & Partial<Pick<SitesQuery, "since">>;

export async function sitesEvents(context: Context<App>): Promise<Response> {
  const { raw: request } = context.req;
  const transport = transportOf(request);
  const header = transport === "sse" ? context.req.header("last-event-id") : undefined;
  const query = parseSitesQuery(new URL(context.req.url).searchParams, header);
  if (!query.ok) return errorAnswer("bad_request", query.message);
  const filters = narrowedFilters(context, query.value);
  if (filters instanceof Response) return filters;
  const grants = context.get("grants");
  const isPoll = transport === "poll";
  const merged = new MergedStream(context.env, {
    filters,
    since: query.value.since,
    holder: grants.subject,
    token: grants.token,
    // A poll ends by itself before its grants do, and comes after each answer.
    expiresAt: isPoll ? null : grants.expiresAt,
    acknowledges: transport !== "websocket",
    inTurn: !isPoll,
  });
  const refusal = await merged.begin();
  if (refusal) return errorAnswer(refusal.code, refusal.message, { sites: refusal.sites });
  if (isPoll) return pollAnswer(merged, Math.min(query.value.wait * 1000, remainingMs(grants)));
  if (transport === "websocket") {
    const { client, done } = mergedWebSocket(merged);
    context.executionCtx.waitUntil(done);
    return switchedAnswer(request, client);
  }
  const { response, done } = mergedSse(merged, request.signal);
  context.executionCtx.waitUntil(done);
  return response;
}

async function pollAnswer(merged: MergedStream, waitMs: number): Promise<Response> {
  const text = await mergedPoll(merged, waitMs);
  if (text === null) return errorAnswer("unauthorized", revokedText);
  return new Response(text, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
}

/** `POST /v1/tickets`: a ticket for one stream of several sites. */
export async function postSitesTicket(context: Context<App>): Promise<Response> {
  const body = await readBody(context.req.raw);
  if (!body.ok) return body.answer;
  const wanted = parseAs(SitesTicketRequest, lenientTicket(body.value, body.isForm), "the body");
  if (!wanted.ok) return errorAnswer("bad_request", wanted.message);
  const { sites, agents = ["*"], queues = ["*"] } = wanted.value;
  const none = { summary: false, statistics: false, callers: false };
  const filters = narrowedFilters(context, { sites, ...none, agents: listed(agents), queues: listed(queues) });
  if (filters instanceof Response) return filters;
  const grants = context.get("grants");
  const { subject, token, expiresAt } = grants;
  const revoked = await Promise.all([...filters.keys()].map((site) => revokedAnswer(context.env, site, grants)));
  const refusal = revoked.find((answer) => answer !== undefined) ?? expiredAnswer(grants, Date.now());
  if (refusal) return refusal;
  const lists = { agents: [], queues: [], callers: false };
  const bySite = Object.fromEntries([...filters].map(([site, filter]) => [site, listsOf(filter)]));
  const grant: TicketGrant = { subject, ...(token && { token }), ...lists, expiresAt, sites: bySite };
  return ticketAnswer(context, severalSites, grant);
}

/** What each site is asked for, or why the request is refused. */
function narrowedFilters(context: Context<App>, query: Requested): ReadonlyMap<string, Filter> | Response {
  const grants = context.get("grants");
  const sites = sitesOf(query.sites, grants);
  if (sites.length > maxSites)
    return errorAnswer("too_large", `sites names ${sites.length} sites; a stream has at most ${maxSites}`);
  const others = sites.filter((site) => !grants.sites.has(site));
  if (others.length > 0) return refusalAnswer(otherSite(others));
  const problem = siteProblem(query, sites);
  if (problem !== undefined) return errorAnswer("bad_request", problem);
  const narrowed = filtersOf(query, sites, grants);
  if (narrowed.ok) return sizeAnswer(narrowed.filters) ?? narrowed.filters;
  const { agents, queues, callers } = narrowed;
  if (callers.length > 0 && agents.length + queues.length === 0)
    return errorAnswer("forbidden", "callers=1 needs a token with the claim callers at each site", { sites: callers });
  return errorAnswer("forbidden", "the token does not grant all of agents and queues", { agents, queues });
}

/** The refusal of subscriptions that are too large: of all sites together, or of one. */
function sizeAnswer(filters: ReadonlyMap<string, Filter>): Response | undefined {
  const large = [...filters].flatMap(([site, filter]) => (boundedFilterText(filter) === undefined ? [site] : []));
  if (large.length === 0) return pairsAnswer(filters.values());
  const message = `agents and queues have more than ${maxFilterBytes} bytes for a site; name fewer, or *`;
  return errorAnswer("too_large", message, { sites: large });
}

function listed(names: readonly string[]): "*" | readonly string[] {
  return names.includes("*") ? "*" : names;
}

function listsOf({ agents, queues, callers }: Filter) {
  return { agents: [...agents], queues: [...queues], callers: callers !== undefined };
}
