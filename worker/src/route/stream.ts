/** AP1 and AP2: the streams. What is asked for, narrowed by the grant, finds its object; the transport is chosen by the request. */
import { type Filter, type Grant, narrow } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { errorAnswer } from "../http/answer.ts";
import { transportOf } from "../http/negotiate.ts";
import { parseLastEventId, parseQuery, parseSubject, type Query } from "../http/query.ts";
import { subjectRef } from "../scope/scope.ts";
import type { ScopeRef } from "../site/api.ts";
import { openStream } from "../transport/open.ts";
import { pollFrame } from "../transport/poll.ts";
import { sseFrames } from "../transport/sse.ts";
import { openUpstream } from "../transport/upstream.ts";

/** AP1. */
export async function siteEvents(context: Context<App>): Promise<Response> {
  const query = parseQuery(new URL(context.req.url).searchParams);
  if (!query.ok) return errorAnswer("bad_request", query.message);
  const { agents, queues, summary } = query.value;
  return stream(context, query.value, { agents, queues, summary, about: null });
}

/** AP2. */
export function subjectEvents(kind: "queue" | "agent"): (context: Context<App>) => Promise<Response> {
  return async (context) => {
    const query = parseQuery(new URL(context.req.url).searchParams);
    if (!query.ok) return errorAnswer("bad_request", query.message);
    const subject = parseSubject(kind, context.req.param("subject") ?? "");
    if (!subject.ok) return errorAnswer("bad_request", subject.message);
    const { summary } = query.value;
    const filter: Filter =
      kind === "queue"
        ? { agents: "*", queues: [subject.value], summary, about: "queue" }
        : { agents: [subject.value], queues: "*", summary: false, about: "agent" };
    return stream(context, query.value, filter, subjectRef(kind, context.req.param("site") ?? "", subject.value));
  };
}

/** What the grant leaves of `wanted`, or the answer that names what it does not allow (SU2). */
export function narrowed(wanted: Filter, grant: Grant): Filter | Response {
  if (namedPairs(wanted) > maxNamedPairs)
    return errorAnswer("too_large", `agents and queues name more than ${maxNamedPairs} pairs; ask for them in parts`);
  const result = narrow(wanted, grant);
  if (result.ok) return result.filter;
  const { agents, queues } = result;
  return errorAnswer("forbidden", "the token does not grant all that is asked for", { agents, queues });
}

/** EV12: a snapshot tells of each pair that is named; a pair is about 200 bytes. */
export const maxNamedPairs = 20_000;

function namedPairs({ agents, queues }: Filter): number {
  return agents === "*" || queues === "*" ? 0 : agents.length * queues.length;
}

async function stream(context: Context<App>, query: Query, wanted: Filter, subject?: ScopeRef): Promise<Response> {
  const request = context.req.raw;
  const transport = transportOf(request);
  const lastEventId = parseLastEventId(transport === "sse" ? context.req.header("last-event-id") : undefined);
  if (!lastEventId.ok) return errorAnswer("bad_request", lastEventId.message);
  const grant = context.get("grant");
  const filter = narrowed(wanted, grant);
  if (filter instanceof Response) return filter;
  const opened = await openStream(context.env, {
    site: context.req.param("site") ?? "",
    filter,
    since: lastEventId.value ?? query.since,
    expiresAt: grant.expiresAt,
    acknowledges: transport !== "websocket",
    subject,
  });
  if (!opened.ok) return errorAnswer(opened.code, opened.message);
  return transport === "websocket"
    ? new Response(null, { status: 101, webSocket: opened.socket })
    : adapt(context, transport, opened.socket, query.wait);
}

async function adapt(
  context: Context<App>,
  transport: "sse" | "poll",
  socket: WebSocket,
  waitSeconds: number,
): Promise<Response> {
  const upstream = openUpstream(socket);
  const first = await upstream.next();
  if (first.kind === "closed") return errorAnswer("unavailable", "the site could not take part just now");
  if (transport === "poll") {
    const frame = await pollFrame(upstream, first, waitSeconds * 1000);
    return new Response(frame.text, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
  }
  const { response, done } = sseFrames(upstream, first, context.req.raw.signal);
  context.executionCtx.waitUntil(done);
  return response;
}
