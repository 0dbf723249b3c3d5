/** The parameters of the list of calls (AP13), parsed from untrusted text into typed values. Pure. */
import { AgentId, callOutcomes, type Names, QueueName } from "@pbxis/shared";
import * as z from "zod";
import { Instant } from "../http/instant.ts";
import { collect, namesIn, namesParameter, type Parsed, parseAs, single } from "../http/query.ts";
import type { CallPlace } from "../site/api.ts";

/** Calls of one page. */
const maxLimit = 500;
const defaultLimit = 100;

const limitText = `must be a whole number, 1 to ${maxLimit}`;

const Outcomes = z
  .array(z.string())
  .transform((lists) => lists.flatMap(namesIn))
  .pipe(z.array(z.literal(callOutcomes, `must be of ${callOutcomes.join(", ")}`)));

const PlaceText = z
  .string()
  .regex(/^\d{1,15}-\d{1,15}$/, "must be the next of an earlier page")
  .transform((text): CallPlace => {
    const [ended = 0, id = 0] = text.split("-").map(Number);
    return { ended, id };
  });

const CallsQuery = z
  .object({
    from: single<number | null>(Instant, null),
    to: single<number | null>(Instant, null),
    queues: namesParameter(QueueName),
    agents: namesParameter(AgentId),
    outcome: Outcomes,
    // A `+` that nobody has percent-encoded arrives as a blank, which no number begins with.
    number: single<string | null>(
      z
        .string()
        .max(128, "must have at most 128 characters")
        .transform((text) => text.replace(/^ (?=\d)/, "+")),
      null,
    ),
    limit: single(
      z
        .string()
        .regex(/^\d{1,3}$/, limitText)
        .transform(Number)
        .refine((limit) => limit >= 1 && limit <= maxLimit, limitText),
      defaultLimit,
    ),
    after: single<CallPlace | null>(PlaceText, null),
    format: single<"csv" | "json" | null>(z.literal(["csv", "json"], "must be csv or json"), null),
  })
  .refine(({ from, to }) => from === null || to === null || from <= to, {
    path: ["from"],
    error: "must not be after to",
  });

/** Null stands for a parameter that is absent. */
export type CallsQuery = Omit<z.infer<typeof CallsQuery>, "queues" | "agents" | "outcome"> &
  Readonly<{ queues: Names | null; agents: Names | null; outcomes: readonly string[] | null }>;

/** An empty parameter counts as absent: forms and templates send all of their fields. */
export function parseCallsQuery(search: URLSearchParams): Parsed<CallsQuery> {
  const given = [...search].filter(([, value]) => value !== "");
  const values = collect(given, Object.keys(CallsQuery.shape));
  if (!values.ok) return values;
  const parsed = parseAs(CallsQuery, values.value);
  if (!parsed.ok) return parsed;
  const { queues, agents, outcome, ...rest } = parsed.value;
  return {
    ok: true,
    value: {
      ...rest,
      queues: queues.length > 0 ? queues : null,
      agents: agents.length > 0 ? agents : null,
      outcomes: outcome.length > 0 ? outcome : null,
    },
  };
}

export function placeText({ ended, id }: CallPlace): string {
  return `${ended}-${id}`;
}
