/** AP13: the list of queue calls, as far as the grant shows them, as JSON or CSV. */
import { type CallsAnswer, type Grant, QueueCall } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { type Cell, csvAnswer, csvText, timeCell, wantsCsv } from "../http/csv.ts";
import { parseCallsQuery, placeText } from "./calls-query.ts";
import { askSite } from "./site.ts";

export async function siteCalls(context: Context<App>): Promise<Response> {
  const url = new URL(context.req.url);
  const query = parseCallsQuery(url.searchParams);
  if (!query.ok) return errorAnswer("bad_request", query.message);
  const { queues, agents, format, ...rest } = query.value;
  const grant = context.get("grant");
  if (rest.number !== null && !grant.callers)
    return errorAnswer("forbidden", "number needs a token with the claim callers");
  const wanted = { agents: agents ?? "*", queues: queues ?? "*", summary: false, about: null };
  const filter = narrowFilter(wanted, grant);
  if (filter instanceof Response) return filter;
  const asked = { ...rest, queues: filter.queues, agents: agents === null ? null : filter.agents };
  const page = await askSite(context, "calls", asked);
  if (page instanceof Response) return page;
  const calls = page.calls.map((call) => viewOfCall(grant, call));
  const next = page.next && placeText(page.next);
  if (!wantsCsv(context.req.raw, format)) return jsonAnswer({ calls, next } satisfies CallsAnswer);
  return csvAnswer(csvText(columns, calls.map(cellsOf)), next === null ? {} : { link: nextLink(url, next) });
}

/**
 * What the grant shows of a call: who the caller was only with the claim `callers` (EV16), and the talk only if it
 * grants the agent (EV6).
 */
function viewOfCall({ agents, callers }: Pick<Grant, "agents" | "callers">, call: QueueCall): QueueCall {
  const seesTalk = call.agent === null || agents.includes("*") || agents.includes(call.agent);
  return {
    ...call,
    ...(!callers && { number: null, name: null }),
    ...(!seesTalk && { talkTime: null, recording: null, reason: null }),
    ...(!seesTalk && call.answeredAt !== null && { endedAt: null }),
  };
}

const columns = Object.keys(QueueCall.shape) as (keyof QueueCall)[];
const times: ReadonlySet<string> = new Set(["joinedAt", "answeredAt", "endedAt"]);

function cellsOf(call: QueueCall): Cell[] {
  return columns.map((column) => {
    const value = call[column];
    return typeof value === "number" && times.has(column) ? timeCell(value) : value;
  });
}

/** RFC 8288: the same question, from `next` on. */
function nextLink(url: URL, next: string): string {
  const search = new URLSearchParams(url.search);
  search.set("after", next);
  return `<${url.pathname}?${search}>; rel="next"`;
}
