/**
 * AP6: tickets. A ticket carries part of its creator's grant and opens one stream, for clients that cannot set headers.
 */
import { canonicalNames, type Grant, TicketRequest } from "@pbxis/shared";
import type { Context } from "hono";
import { type App, expiredAnswer } from "../auth/grant.ts";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import { parseAs } from "../http/query.ts";
import { logWarning } from "../log.ts";
import type { TicketGrant } from "../ticket/api.ts";
import { ticketEnd } from "../ticket/single-use.ts";
import { askTicket, newTicket } from "../ticket/stub.ts";
import { lenientTicket } from "./lenient.ts";

export async function postTicket(context: Context<App>): Promise<Response> {
  const body = await readBody(context.req.raw);
  if (!body.ok) return body.answer;
  const wanted = parseAs(TicketRequest, lenientTicket(body.value, body.isForm), "the body");
  if (!wanted.ok) return errorAnswer("bad_request", wanted.message);
  const grant = ticketGrant(wanted.value, context.get("grant"));
  if (grant instanceof Response) return grant;
  return expiredAnswer(grant, Date.now()) ?? ticketAnswer(context, context.req.param("site") ?? "", grant);
}

/** Makes a ticket for streams of `site`. */
export async function ticketAnswer(context: Context<App>, site: string, grant: TicketGrant): Promise<Response> {
  const expiresAt = ticketEnd(grant, Date.now());
  try {
    const place = { kind: "single-use", site } as const;
    const ticket = await newTicket(context.env, place);
    await askTicket(context.env, place, ticket, (object) => object.mint(grant, expiresAt));
    return jsonAnswer({ ticket, expiresAt });
  } catch (error) {
    logWarning("a ticket could not be stored", { error: String(error) });
    return errorAnswer("unavailable", "no ticket can be created right now");
  }
}

/** SU2, applied to the names of a ticket. Names that are not requested default to everything that the token grants. */
function ticketGrant(wanted: TicketRequest, grant: Grant): TicketGrant | Response {
  const filter = narrowFilter(
    {
      agents: canonicalNames(wanted.agents ?? ["*"]),
      queues: canonicalNames(wanted.queues ?? ["*"]),
      summary: false,
      about: null,
    },
    grant,
  );
  if (filter instanceof Response) return filter;
  const { agents, queues } = filter;
  const { subject, token, callers, expiresAt } = grant;
  return { subject, ...(token && { token }), agents: listOf(agents), queues: listOf(queues), callers, expiresAt };
}

function listOf(names: "*" | readonly string[]): readonly string[] {
  return names === "*" ? ["*"] : names;
}
