/** What an agent's events count for (EV19). Pure, except that it changes the state. */
import type { EventOf } from "@pbxis/shared";
import { count, type StatisticsState, timeOf } from "./state.ts";
import type { Sums } from "./sums.ts";
import type { Day } from "./zone.ts";

/** Sums of a stretch of time within one interval, in which `at` is. */
export type Present = Readonly<{ at: number; sums: Partial<Sums<"agent">> }>;

/** EV17. `now`: when it was logged. */
export function foldRingEnded(state: StatisticsState, event: EventOf<"agentRingEnded">, now: number): void {
  const { agent, reason, ringTime } = event;
  const how = { notAnswered: reason === "noAnswer" ? 1 : 0, declined: reason === "declined" ? 1 : 0 };
  count(state, "agent", agent, timeOf(event.at, now), { ...how, ringTime });
  state.changed.agent.add(agent);
}

/** What an agent does now, as far as no sum has it yet: in parts of an interval each, for reports. */
export function* agentPresent(_state: StatisticsState, _agent: string, _now: number): Iterable<Present> {}

/** Nobody watched the agents meanwhile. */
export function foldGap(_state: StatisticsState, _gap: Day): void {}
