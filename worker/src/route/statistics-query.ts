/** The parameters of a report (AP12), parsed from untrusted text into typed values. Pure. */
import { AgentId, type Names, QueueName } from "@pbxis/shared";
import * as z from "zod";
import { Instant } from "../http/instant.ts";
import { collect, namesParameter, type Parsed, parseAs, single } from "../http/query.ts";
import { type ReportInterval, type ReportQuery, reportIntervals } from "../site/api.ts";

const intervalText = `must be ${reportIntervals.slice(0, -1).join(", ")} or ${reportIntervals.at(-1)}`;

const StatisticsQuery = z
  .object({
    from: single<number | null>(Instant, null),
    to: single<number | null>(Instant, null),
    queues: namesParameter(QueueName),
    agents: namesParameter(AgentId),
    interval: single<ReportInterval>(z.literal(reportIntervals, intervalText), "15m"),
    format: single<"csv" | "json" | null>(z.literal(["csv", "json"], "must be csv or json"), null),
  })
  .refine(({ from, to }) => from === null || to === null || from <= to, {
    path: ["from"],
    error: "must not be after to",
  });

type Query = ReportQuery & Readonly<{ format: "csv" | "json" | null }>;

/** An empty parameter counts as absent. Without any names everything is asked for. */
export function parseStatisticsQuery(search: URLSearchParams): Parsed<Query> {
  const given = [...search].filter(([, value]) => value !== "");
  const values = collect(given, Object.keys(StatisticsQuery.shape));
  if (!values.ok) return values;
  const parsed = parseAs(StatisticsQuery, values.value);
  if (!parsed.ok) return parsed;
  const { queues, agents, ...rest } = parsed.value;
  if (queues.length === 0 && agents.length === 0) return { ok: true, value: { ...rest, queues: "*", agents: "*" } };
  return { ok: true, value: { ...rest, queues: named(queues), agents: named(agents) } };
}

function named(names: Names): Names | null {
  return names.length > 0 ? names : null;
}
