/** An agent's day so far (EV19), for the card and the agent's page. Pure. */
import type { AgentView } from "@pbxis/shared/client";
import { formatDuration, formatPercent } from "../ui/format.ts";
import { pausesText } from "../ui/pauses.ts";

export type DayStatistics = NonNullable<AgentView["statistics"]>;

/** `21 answered, 2 missed, 64% occupied` */
export function dayLine({ answered, notAnswered, declined, occupancy }: DayStatistics): string {
  const missed = notAnswered + declined;
  const parts = [`${answered} answered`, ...(missed > 0 ? [`${missed} missed`] : [])];
  return [...parts, ...(occupancy === null ? [] : [`${formatPercent(occupancy)} occupied`])].join(", ");
}

/** `ends in 0:12`; the connector says itself when it is over. */
export function wrapUpText(until: number, now: number): string {
  return `ends in ${formatDuration(until - now)}`;
}

export type DayFigure = Readonly<{ name: string; text: string; detail: string | null }>;

/** The sums reach up to the start of what the agent does now: the time since then is added, so that it ticks. */
export function dayFigures(statistics: DayStatistics, now: number): readonly DayFigure[] {
  const { answered, notAnswered, declined, transferred, state, stateSince, pausedBy } = statistics;
  const since = Math.max(0, now - stateSince);
  const time = (field: TimeField): number => {
    const isNow = runningTimes[state].includes(field);
    return statistics[field] + (isNow ? since : 0);
  };
  const busy = time("talkTime") + time("holdTime") + time("wrapUpTime");
  const figure = (name: string, text: string, detail: string | null = null): DayFigure => ({ name, text, detail });
  return [
    figure("Answered", String(answered)),
    figure("Missed", String(notAnswered)),
    figure("Declined", String(declined)),
    figure("Transferred", String(transferred)),
    figure("Talk", formatDuration(time("talkTime"))),
    figure("Hold", formatDuration(time("holdTime"))),
    figure("Wrap-up", formatDuration(time("wrapUpTime"))),
    figure("Available", formatDuration(time("availableTime"))),
    figure("Paused", formatDuration(time("pausedTime")), pausesText(Object.entries(pausedBy))),
    figure("Logged on", formatDuration(time("loggedInTime"))),
    figure("Avg. handling", answered === 0 ? "–" : formatDuration(busy / answered), "Talk, hold and wrap-up, per call"),
    figure("Occupancy", occupancyText(busy, time("availableTime")), "Of the time on calls or available"),
  ];
}

type TimeField = "talkTime" | "holdTime" | "wrapUpTime" | "ringTime" | "availableTime" | "pausedTime" | "loggedInTime";

const runningTimes: Readonly<Record<DayStatistics["state"], readonly TimeField[]>> = {
  talking: ["talkTime", "loggedInTime"],
  onhold: ["holdTime", "loggedInTime"],
  ringing: ["ringTime", "loggedInTime"],
  wrapup: ["wrapUpTime", "loggedInTime"],
  paused: ["pausedTime", "loggedInTime"],
  available: ["availableTime", "loggedInTime"],
  unavailable: ["loggedInTime"],
  loggedoff: [],
};

function occupancyText(busy: number, available: number): string {
  return busy + available === 0 ? "–" : formatPercent((busy / (busy + available)) * 100);
}
