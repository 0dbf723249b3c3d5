/** The stretch of time that a list or a report is about, as the user chooses it and as the address names it. Pure. */
import { dayStart, localText, parseLocalText } from "./zone.ts";

export const presets = ["today", "yesterday", "week", "month"] as const;
type Preset = (typeof presets)[number];

export const presetTexts: Readonly<Record<Preset, string>> = {
  today: "Today",
  yesterday: "Yesterday",
  week: "Last 7 days",
  month: "Last 35 days",
};

/** `from` and `to` are times of the site's zone such as `2026-11-29T08:00`, and may be unreadable: the user types. */
export type Period = Readonly<{ kind: Preset }> | Readonly<{ kind: "range"; from: string; to: string }>;

/** In ms since 1970; `to` is not part of it. */
export type Span = Readonly<{ from: number; to: number }>;

const days: Readonly<Record<Preset, readonly [number, number]>> = {
  today: [0, 1],
  yesterday: [-1, 0],
  week: [-6, 1],
  month: [-34, 1],
};

/** The span, or what is wrong with the period, for the user. */
export function spanOf(period: Period, now: number, zone: string): Span | Readonly<{ problem: string }> {
  if (period.kind !== "range") {
    const [first, end] = days[period.kind];
    return { from: dayStart(now, zone, first), to: dayStart(now, zone, end) };
  }
  const [from, to] = [parseLocalText(period.from, zone), parseLocalText(period.to, zone)];
  if (from === null) return { problem: "Enter when to begin." };
  if (to === null) return { problem: "Enter when to end." };
  return from < to ? { from, to } : { problem: "The end must be after the beginning." };
}

/** A range to begin with when the user asks for one: what the period covers now. */
export function rangeOf(period: Period, now: number, zone: string): Period {
  const span = spanOf(period, now, zone);
  if (period.kind === "range" || "problem" in span) return period;
  return { kind: "range", from: localText(span.from, zone), to: localText(span.to, zone) };
}

/** What an address says that is no period is today. */
export function periodIn(query: URLSearchParams): Period {
  const preset = presets.find((one) => one === query.get("time"));
  if (preset) return { kind: preset };
  const [from, to] = [query.get("from"), query.get("to")];
  return from === null && to === null ? { kind: "today" } : { kind: "range", from: from ?? "", to: to ?? "" };
}

export function putPeriod(query: URLSearchParams, period: Period): void {
  if (period.kind === "range") {
    query.set("from", period.from);
    query.set("to", period.to);
  } else if (period.kind !== "today") query.set("time", period.kind);
}
