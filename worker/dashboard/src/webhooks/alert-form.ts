/** The thresholds of a webhook (EV24) as they are typed. Pure. */
import type { Alert } from "../store/webhook-api.ts";

/** By metric: what the list of metrics says, the unit, and on which side of a threshold is trouble. */
export const alertMetrics: Readonly<Record<string, Readonly<{ text: string; unit: string; side: AlertSide }>>> = {
  longestWait: { text: "longest wait", unit: "s", side: "above" },
  count: { text: "callers waiting", unit: "", side: "above" },
  serviceLevel: { text: "service level today", unit: "%", side: "below" },
  availableAgents: { text: "available agents", unit: "", side: "below" },
};

export type AlertSide = "above" | "below";

/** `key` identifies a row while the form is edited. */
export type AlertDraft = Readonly<{
  key: number;
  queue: string;
  metric: string;
  side: AlertSide;
  limit: string;
  forSeconds: string;
}>;

export function newAlert(key: number, queue: string): AlertDraft {
  return { key, queue, metric: "longestWait", side: "above", limit: "", forSeconds: "0" };
}

export function alertDraft({ queue, metric, above, below, forSeconds }: Alert, key: number): AlertDraft {
  const side = above === undefined ? "below" : "above";
  return { key, queue, metric, side, limit: String(above ?? below ?? ""), forSeconds: String(forSeconds) };
}

/** Another metric brings its own side. */
export function withMetric(draft: AlertDraft, metric: string): AlertDraft {
  return { ...draft, metric, side: alertMetrics[metric]?.side ?? draft.side };
}

export type ReadAlerts = Readonly<{ alerts: readonly Alert[]; problem: string | null }>;

/** What the site would refuse beyond that, it says itself. */
export function readAlerts(drafts: readonly AlertDraft[]): ReadAlerts {
  const alerts: Alert[] = [];
  for (const [index, { queue, metric, side, limit, forSeconds }] of drafts.entries()) {
    const [value, seconds] = [numberOf(limit), numberOf(forSeconds)];
    const refused = (why: string): ReadAlerts => ({ alerts: [], problem: `Alert ${index + 1}: ${why}.` });
    if (queue.trim() === "") return refused("name a queue");
    if (value === null || seconds === null) return refused("the threshold and the seconds must be numbers");
    alerts.push({ queue: queue.trim(), metric, [side]: value, forSeconds: seconds });
  }
  return { alerts, problem: null };
}

function numberOf(text: string): number | null {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : null;
}

/** Such as `support: longest wait above 120 s for 10 s`. */
export function alertText({ queue, metric, above, below, forSeconds }: Alert): string {
  const { text, unit } = alertMetrics[metric] ?? { text: metric, unit: "" };
  const limit = above === undefined ? `below ${below}` : `above ${above}`;
  return `${queue}: ${text} ${limit}${unit && ` ${unit}`}${forSeconds > 0 ? ` for ${forSeconds} s` : ""}`;
}
