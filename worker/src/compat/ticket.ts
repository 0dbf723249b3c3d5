/** PX2: pbxis-ws's `POST /ticket`. The ticket stores the requested subscription, narrowed by the caller's grant. */
import { AgentId, canonicalNames, QueueName } from "@pbxis/shared";
import type { Context } from "hono";
import * as z from "zod";
import { expiredAnswer } from "../auth/grant.ts";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { maxNames, parseAs } from "../http/query.ts";
import { logWarning } from "../log.ts";
import { boundedFilterText, maxFilterBytes } from "../scope/connect.ts";
import type { Subscription } from "../ticket/api.ts";
import { askTicket, newTicket } from "../ticket/stub.ts";
import { readParameters } from "./parameters.ts";
import type { CompatApp } from "./settings.ts";
import { innerFilter } from "./translator.ts";

const Name = z.preprocess((value) => (typeof value === "number" ? String(value) : value), z.string());

/** A JSON array of names, or text with commas between the names. */
function names(name: z.ZodType<string, string>) {
  return z
    .preprocess(
      (value) => (typeof value === "string" ? value.split(",") : value),
      z.array(Name, "must be a list of names").max(maxNames, `must have at most ${maxNames} names`),
    )
    .pipe(z.array(z.union([z.literal("*"), name])))
    .optional()
    .transform((list) => list ?? []);
}

/** PX1: null and the empty string count as absent. An absent list names nothing. */
const TicketParameters = z.preprocess(
  (given: object) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== "")),
  z.object({
    agents: names(AgentId),
    queues: names(QueueName),
    summaryEvents: z
      .literal([true, false, "true", "false"], "must be true or false")
      .optional()
      .transform((value) => value === true || value === "true"),
  }),
);

export async function postTicket(context: Context<CompatApp>): Promise<Response> {
  const parameters = await readParameters(context.req.raw);
  if (parameters instanceof Response) return parameters;
  const wanted = parseAs(TicketParameters, parameters, "the request");
  if (!wanted.ok) return errorAnswer("bad_request", wanted.message);
  const { agents, queues, summaryEvents: summary } = wanted.value;
  const grant = context.get("grant");
  const requested = { agents: canonicalNames(agents), queues: canonicalNames(queues), summary, about: null };
  // pbxis-ws has no event that says who a caller was, so all its clients share the streams of those who may not see it.
  const filter = narrowFilter(requested, { ...grant, callers: false });
  if (filter instanceof Response) return filter;
  if (boundedFilterText(innerFilter(filter)) === undefined)
    return errorAnswer("too_large", `agents and queues have more than ${maxFilterBytes} bytes; name fewer, or *`);
  const refusal = expiredAnswer(grant, Date.now());
  if (refusal) return refusal;
  const { subject, token, expiresAt } = grant;
  const subscription: Subscription = { subject, filter, expiresAt, ...(token && { token }) };
  try {
    const place = { kind: "leased", site: context.get("compat").site } as const;
    const ticket = await newTicket(context.env, place);
    await askTicket(context.env, place, ticket, (object) => object.begin(subscription));
    return jsonAnswer(ticket);
  } catch (error) {
    logWarning("a ticket could not be stored", { error: String(error) });
    return errorAnswer("unavailable", "no ticket can be created right now");
  }
}
