/** AP12: the figures of queues and agents by interval, as JSON or CSV. */
import type { StatisticsAnswer, StatisticsRow } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { type Cell, csvAnswer, csvText, wantsCsv } from "../http/csv.ts";
import { maxReportRows } from "../site/api.ts";
import { localText } from "../site/statistics/zone.ts";
import { askSite } from "./site.ts";
import { parseStatisticsQuery } from "./statistics-query.ts";

export async function siteStatistics(context: Context<App>): Promise<Response> {
  const query = parseStatisticsQuery(new URL(context.req.url).searchParams);
  if (!query.ok) return errorAnswer("bad_request", query.message);
  const { queues, agents, format, ...rest } = query.value;
  const wanted = { agents: agents ?? [], queues: queues ?? [], summary: false, about: null };
  const filter = narrowFilter(wanted, context.get("grant"));
  if (filter instanceof Response) return filter;
  const asked = { ...rest, queues: queues && filter.queues, agents: agents && filter.agents };
  const report = await askSite(context, "statistics", asked);
  if (report instanceof Response) return report;
  if (report.kind === "too_large")
    return errorAnswer(
      "too_large",
      `more than ${maxReportRows} rows; ask for fewer names, a shorter time or a longer interval`,
    );
  return wantsCsv(context.req.raw, format) ? csvAnswer(csvOf(report.answer)) : jsonAnswer(report.answer);
}

/** A column for each field that any row has, in the order of the first row that has it. */
function csvOf({ zone, rows }: StatisticsAnswer): string {
  const columns = new Set<string>();
  for (const kind of ["queue", "agent"])
    for (const column of Object.keys(rows.find((row) => row.kind === kind) ?? {})) columns.add(column);
  const header = [...columns];
  return csvText(
    header,
    rows.map((row) => header.map((column) => cellOf(row, column, zone))),
  );
}

function cellOf(row: StatisticsRow, column: string, zone: string): Cell {
  const value = (row as Readonly<Record<string, Cell | Readonly<Record<string, number>>>>)[column] ?? null;
  if (column === "from" || column === "to") return localText(Number(value), zone);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
