/**
 * EV19, AP12: checks the counts of agents against the occurrences that the site ever logged, and that no moment of an
 * agent counts twice.
 */
import type { StatisticsRow } from "@pbxis/shared";
import type { Counted } from "./history.ts";

const intervalMs = 900_000;
const counts = ["answered", "notAnswered", "declined", "transferred"] as const;
type Counts = Partial<Record<(typeof counts)[number], number>>;
type AgentRow = Extract<StatisticsRow, { kind: "agent" }>;

/** `now`: ms since 1970. */
export function checkAgentStatistics(
  rows: readonly StatisticsRow[],
  logged: readonly Counted[],
  now: number,
): string[] {
  const expected = recount(logged);
  const found: string[] = [];
  for (const row of rows) {
    if (row.kind !== "agent") continue;
    const key = `${row.name} ${row.from}`;
    const right = expected.get(key) ?? {};
    expected.delete(key);
    for (const field of counts)
      if (row[field] !== (right[field] ?? 0))
        found.push(`AP12: ${key}: ${field} is ${row[field]}, but the log has ${right[field] ?? 0}`);
    found.push(...countedTwice(key, row, Math.min(row.to, now)));
  }
  for (const [key, right] of expected) found.push(`AP12: no row for ${key}: ${JSON.stringify(right)}`);
  return found;
}

function countedTwice(key: string, row: AgentRow, until: number): string[] {
  const { talkTime, holdTime, ringTime, wrapUpTime, pausedTime, availableTime, loggedInTime } = row;
  const known = talkTime + holdTime + ringTime + wrapUpTime + pausedTime + availableTime;
  const isRight = known <= loggedInTime && loggedInTime <= until - row.from;
  return isRight ? [] : [`AP12: ${key}: ${known} ms of ${loggedInTime} ms logged in`];
}

/** By agent and interval. */
function recount(logged: readonly Counted[]): Map<string, Counts> {
  const counted = new Map<string, Counts>();
  const add = (agent: string, at: number, field: (typeof counts)[number]) => {
    const key = `${agent} ${at - (at % intervalMs)}`;
    const sums = counted.get(key) ?? {};
    sums[field] = (sums[field] ?? 0) + 1;
    counted.set(key, sums);
  };
  for (const { event, countedAt } of logged) {
    if (event.type === "queueCallEnded" && event.agent !== null && /^(answered|picked)$/.test(event.outcome))
      add(event.agent, countedAt, "answered");
    if (event.type === "agentRingEnded" && event.reason === "noAnswer") add(event.agent, countedAt, "notAnswered");
    if (event.type === "agentRingEnded" && event.reason === "declined") add(event.agent, countedAt, "declined");
    if (event.type === "agentTalkEnded" && event.queueName !== null && event.reason === "transfer")
      add(event.agent, countedAt, "transferred");
  }
  return counted;
}
