/** What a report is about, the address that names it, and the question to the site (AP12). Pure. */
import type { StatisticsQuery } from "@pbxis/shared/client";
import { type Period, periodIn, putPeriod, type Span } from "../period/period.ts";

export const kinds = ["queues", "agents"] as const;
export type Kind = (typeof kinds)[number];

export type Interval = StatisticsQuery["interval"];
export const intervals: readonly Interval[] = ["15m", "1h", "day"];

export const intervalTexts: Readonly<Record<Interval, string>> = { "15m": "15 minutes", "1h": "Hours", day: "Days" };

/** `name`: one queue or agent; null for all together. */
export type ReportFilter = Readonly<{ kind: Kind; period: Period; interval: Interval; name: string | null }>;

/** The filter of an address such as `#/reports?kind=agents&time=week`; what it does not understand has its default. */
export function reportFilterOf(hash: string): ReportFilter {
  const query = new URLSearchParams(hash.split("?")[1] ?? "");
  const period = periodIn(query);
  return {
    kind: kinds.find((one) => one === query.get("kind")) ?? "queues",
    period,
    interval: intervals.find((one) => one === query.get("interval")) ?? usualInterval(period),
    name: query.get("name") || null,
  };
}

export function reportsHashOf({ kind, period, interval, name }: ReportFilter): string {
  const query = new URLSearchParams();
  if (kind !== "queues") query.set("kind", kind);
  putPeriod(query, period);
  if (interval !== usualInterval(period)) query.set("interval", interval);
  if (name !== null) query.set("name", name);
  const text = query.toString();
  return text === "" ? "#/reports" : `#/reports?${text}`;
}

/** About as many bars as a screen shows well. */
function usualInterval({ kind }: Period): Interval {
  return kind === "week" || kind === "month" ? "day" : "1h";
}

export function reportQuestion({ kind, interval, name }: ReportFilter, { from, to }: Span): StatisticsQuery {
  return { from, to, interval, [kind]: name === null ? "*" : [name] };
}

/** The same as parameters of the address: for the CSV file. */
export function reportParameters(filter: ReportFilter, { from, to }: Span): Readonly<Record<string, string>> {
  const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return { ...times, interval: filter.interval, [filter.kind]: filter.name ?? "*" };
}
