/**
 * AP1 and AP2: the streams. The requested subscription, narrowed by the grant, determines the scope object; the
 * request's headers determine the transport.
 */
import type { Filter, Grant } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { errorAnswer, siteUnavailable } from "../http/answer.ts";
import { transportOf } from "../http/negotiate.ts";
import {
  parseLastEventId,
  parseQuery,
  parseSubject,
  type Query,
  requestedExtras,
  requestedFilter,
} from "../http/query.ts";
import { parseSubprotocols } from "../http/subprotocol.ts";
import { subjectRef } from "../scope/scope.ts";
import type { ScopeRef } from "../site/api.ts";
import { openStream } from "../transport/open.ts";
import { pollFrame } from "../transport/poll.ts";
import { sseFrames } from "../transport/sse.ts";
import { openUpstream } from "../transport/upstream.ts";

/** AP1: the stream of a subscription. */
export async function siteEvents(context: Context<App>): Promise<Response> {
  const query = parseQuery(new URL(context.req.url).searchParams);
  if (!query.ok) return errorAnswer("bad_request", query.message);
  return streamAnswer(context, query.value, requestedFilter(query.value));
}

/** AP2: the stream of one queue or one agent. */
export function subjectEvents(kind: "queue" | "agent"): (context: Context<App>) => Promise<Response> {
  return async (context) => {
    const query = parseQuery(new URL(context.req.url).searchParams);
    if (!query.ok) return errorAnswer("bad_request", query.message);
    const subject = parseSubject(kind, context.req.param("subject") ?? "");
    if (!subject.ok) return errorAnswer("bad_request", subject.message);
    const { summary } = query.value;
    const named: Filter =
      kind === "queue"
        ? { agents: "*", queues: [subject.value], summary, about: "queue" }
        : { agents: [subject.value], queues: "*", summary: false, about: "agent" };
    const filter: Filter = { ...named, ...requestedExtras(query.value) };
    return streamAnswer(context, query.value, filter, subjectRef(kind, context.req.param("site") ?? "", subject.value));
  };
}

async function streamAnswer(
  context: Context<App>,
  query: Query,
  wanted: Filter,
  subject?: ScopeRef,
): Promise<Response> {
  const request = context.req.raw;
  const transport = transportOf(request);
  const lastEventId = parseLastEventId(transport === "sse" ? context.req.header("last-event-id") : undefined);
  if (!lastEventId.ok) return errorAnswer("bad_request", lastEventId.message);
  const grant = context.get("grant");
  const filter = narrowFilter(wanted, grant);
  if (filter instanceof Response) return filter;
  const opened = await openStream(context.env, {
    site: context.req.param("site") ?? "",
    holder: grant.subject,
    token: grant.token,
    filter,
    since: lastEventId.value ?? query.since,
    // A poll ends by itself before its grant does.
    expiresAt: transport === "poll" ? null : grant.expiresAt,
    acknowledges: transport !== "websocket",
    subject,
  });
  if (!opened.ok) return errorAnswer(opened.code, opened.message);
  return transport === "websocket"
    ? switchedAnswer(request, opened.socket)
    : adaptSocket(context, transport, opened.socket, Math.min(query.wait * 1000, remainingMs(grant)));
}

export function remainingMs({ expiresAt }: Pick<Grant, "expiresAt">): number {
  return expiresAt === null ? Number.POSITIVE_INFINITY : Math.max(0, expiresAt - Date.now());
}

export function switchedAnswer(request: Request, webSocket: WebSocket): Response {
  const { accepted } = parseSubprotocols(request.headers.get("sec-websocket-protocol"));
  const headers: HeadersInit = accepted === null ? {} : { "sec-websocket-protocol": accepted };
  return new Response(null, { status: 101, webSocket, headers });
}

/** Serves the object's socket as SSE or as one long-poll answer. */
async function adaptSocket(
  context: Context<App>,
  transport: "sse" | "poll",
  socket: WebSocket,
  waitMs: number,
): Promise<Response> {
  const upstream = openUpstream(socket);
  const first = await upstream.next();
  if (first.kind === "closed") return siteUnavailable();
  if (transport === "poll") {
    const frame = await pollFrame(upstream, first, waitMs);
    return new Response(frame.text, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
  }
  const { response, done } = sseFrames(upstream, first, context.req.raw.signal);
  context.executionCtx.waitUntil(done);
  return response;
}
