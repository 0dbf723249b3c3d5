/** What an agent's events count for (EV19). Pure, except that it changes the state. */
import type { EventOf } from "@pbxis/shared";
import { count, type StatisticsState, timeOf } from "./state.ts";
import type { Day } from "./zone.ts";

/** EV17. `now`: when it was logged. */
export function foldRingEnded(state: StatisticsState, event: EventOf<"agentRingEnded">, now: number): void {
  const { agent, reason, ringTime } = event;
  const how = { notAnswered: reason === "noAnswer" ? 1 : 0, declined: reason === "declined" ? 1 : 0 };
  count(state, "agent", agent, timeOf(event.at, now), { ...how, ringTime });
  state.changed.agent.add(agent);
}

/** Nobody watched the agents meanwhile. */
export function foldGap(_state: StatisticsState, _gap: Day): void {}
