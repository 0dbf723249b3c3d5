/** AP6: a ticket narrows its minter's grant, and opens one stream where no header can be set. */
import { canonicalNames, type Grant, TicketRequest } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { readJson } from "../http/body.ts";
import { parseAs } from "../http/query.ts";
import { logWarning } from "../log.ts";
import type { TicketGrant } from "../ticket/api.ts";
import { ticketEnd } from "../ticket/single-use.ts";
import { askTicket, newTicket } from "../ticket/stub.ts";
import { narrowed } from "./stream.ts";

export async function postTicket(context: Context<App>): Promise<Response> {
  const body = await readJson(context.req.raw);
  if (!body.ok) return body.answer;
  const wanted = parseAs(TicketRequest, body.value, "the body");
  if (!wanted.ok) return errorAnswer("bad_request", wanted.message);
  const grant = ticketGrant(wanted.value, context.get("grant"));
  if (grant instanceof Response) return grant;
  const now = Date.now();
  const refusal = endedRefusal(grant, now);
  if (refusal) return refusal;
  const ticket = newTicket();
  const expiresAt = ticketEnd(grant, now);
  try {
    await askTicket(context.env, context.req.param("site") ?? "", ticket, (object) => object.mint(grant, expiresAt));
  } catch (error) {
    logWarning("a ticket could not be kept", { error: String(error) });
    return errorAnswer("unavailable", "the ticket could not be made just now");
  }
  return jsonAnswer({ ticket, expiresAt });
}

/** The clocks' tolerance lets a token in for a moment after its end; no ticket outlives it, so one made then would be dead. */
export function endedRefusal({ expiresAt }: Pick<Grant, "expiresAt">, now: number): Response | undefined {
  return expiresAt !== null && expiresAt <= now ? errorAnswer("unauthorized", "the token has expired") : undefined;
}

/** SU2, for a grant instead of a subscription. */
function ticketGrant(wanted: TicketRequest, grant: Grant): TicketGrant | Response {
  const filter = narrowed(
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
  return { agents: listOf(agents), queues: listOf(queues), expiresAt: grant.expiresAt };
}

function listOf(names: "*" | readonly string[]): readonly string[] {
  return names === "*" ? ["*"] : names;
}
