/** pbxis-ws's `POST /ticket`: what the ticket's streams will tell, by the names that its maker gives and may see. */
import { AgentId, canonicalNames, QueueName } from "@pbxis/shared";
import type { Context } from "hono";
import * as z from "zod";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { maxNames, parseAs } from "../http/query.ts";
import { logWarning } from "../log.ts";
import { narrowed } from "../route/stream.ts";
import { endedRefusal } from "../route/ticket.ts";
import { boundedFilterText, maxFilterBytes } from "../scope/connect.ts";
import type { Subscription } from "../ticket/api.ts";
import { askTicket, newTicket } from "../ticket/stub.ts";
import { readParameters } from "./parameters.ts";
import type { CompatApp } from "./settings.ts";
import { innerFilter } from "./story.ts";

const Name = z.preprocess((value) => (typeof value === "number" ? String(value) : value), z.string());

/** A JSON array, or the names with commas between them where there is only text. */
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

/** What is null or empty counts as absent, and names nothing. */
const Wanted = z.preprocess(
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
  const given = await readParameters(context.req.raw);
  if (given instanceof Response) return given;
  const wanted = parseAs(Wanted, given, "the request");
  if (!wanted.ok) return errorAnswer("bad_request", wanted.message);
  const { agents, queues, summaryEvents: summary } = wanted.value;
  const grant = context.get("grant");
  const asked = { agents: canonicalNames(agents), queues: canonicalNames(queues), summary, about: null };
  const filter = narrowed(asked, grant);
  if (filter instanceof Response) return filter;
  if (boundedFilterText(innerFilter(filter)) === undefined)
    return errorAnswer("too_large", `the names have more than ${maxFilterBytes} bytes; ask for fewer, or *`);
  const refusal = endedRefusal(grant, Date.now());
  if (refusal) return refusal;
  const subscription: Subscription = { filter, expiresAt: grant.expiresAt };
  const ticket = newTicket();
  try {
    await askTicket(context.env, context.get("compat").site, ticket, (object) => object.begin(subscription));
  } catch (error) {
    logWarning("a ticket could not be kept", { error: String(error) });
    return errorAnswer("unavailable", "the ticket could not be made just now");
  }
  return jsonAnswer(ticket);
}
