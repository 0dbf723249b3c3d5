/** The figures that follow from sums, as EV18, EV19 and the rows of a report have them. Pure. */
import { AgentId, type EventOf, QueueName } from "@pbxis/shared";
import { serviceLevelOf } from "./queue-fold.ts";
import type { StatisticsState } from "./state.ts";
import { emptySums, type Sums } from "./sums.ts";
import { coverageOf } from "./watch.ts";

type AgentFigures = Omit<EventOf<"agentStatistics">, "type" | "agent" | "period" | "state" | "stateSince" | "at">;
type QueueFigures = Omit<EventOf<"queueStatistics">, "type" | "queue" | "period" | "at">;

/** `settings` stands for what the sums do not have: nothing was counted yet that depends on it. */
export function queueFigures(
  sums: Sums<"queue">,
  settings: Readonly<{ serviceLevelSeconds: number | null; shortAbandonSeconds: number }>,
  coverage: number,
): QueueFigures {
  const { answered, abandoned, answeredInLevel, waitTimeAnswered, talkTime, holdTime, wrapUpTime, untimedTalks } = sums;
  const serviceLevelSeconds = sums.serviceLevelSeconds ?? settings.serviceLevelSeconds;
  return {
    ...sums,
    serviceLevel: serviceLevelSeconds === null ? null : percentage(answeredInLevel, answered + abandoned),
    abandonRate: percentage(abandoned, answered + abandoned),
    averageSpeedOfAnswer: average(waitTimeAnswered, answered),
    averageHandleTime: average(talkTime + holdTime + wrapUpTime, answered - untimedTalks),
    serviceLevelSeconds,
    shortAbandonSeconds: sums.shortAbandonSeconds ?? settings.shortAbandonSeconds,
    coverage,
  };
}

/** EV18. `now` is when it is published. */
export function queueStatistics(state: StatisticsState, queue: string, now: number): EventOf<"queueStatistics"> {
  const { day, settings, watch, today } = state;
  const { waiting = 0, carried = 0 } = state.queues.get(queue) ?? {};
  const sums = today.queue.get(queue) ?? emptySums("queue");
  const waitingSinceToday = Math.max(0, waiting - carried);
  const present = {
    serviceLevelSeconds: serviceLevelOf(state, queue),
    shortAbandonSeconds: settings.shortAbandonSeconds,
  };
  const shown = {
    ...sums,
    ...present,
    offered: sums.offered + waitingSinceToday,
    mostWaiting: Math.max(sums.mostWaiting, waiting),
  };
  const coverage = coverageOf(watch, day, today.site.get("")?.unwatched ?? 0, now);
  return {
    type: "queueStatistics",
    queue: QueueName.parse(queue),
    period: { from: day.from, zone: settings.timezone },
    ...queueFigures(shown, present, coverage),
    at: now,
  };
}

/** EV19. `now` is when it is published. */
export function agentStatistics(state: StatisticsState, agent: string, now: number): EventOf<"agentStatistics"> {
  const { day, settings, watch, today, agents } = state;
  const { activity, since } = agents.get(agent) ?? { activity: "loggedoff", since: day.from };
  const { unwatched = 0, unseen = 0 } = today.site.get("") ?? {};
  const coverage = coverageOf(watch, day, unwatched + unseen, now);
  return {
    type: "agentStatistics",
    agent: AgentId.parse(agent),
    period: { from: day.from, zone: settings.timezone },
    ...agentFigures(today.agent.get(agent) ?? emptySums("agent"), coverage),
    state: activity,
    stateSince: since,
    at: now,
  };
}

export function agentFigures(sums: Sums<"agent">, coverage: number): AgentFigures {
  const busy = sums.talkTime + sums.holdTime + sums.wrapUpTime;
  return { ...sums, occupancy: percentage(busy, busy + sums.availableTime), coverage };
}

/** In percent, to two decimals; null for nothing of nothing. */
function percentage(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 100;
}

function average(sum: number, calls: number): number | null {
  return calls <= 0 ? null : Math.round(sum / calls);
}
