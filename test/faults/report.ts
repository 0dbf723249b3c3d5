/** Turns the results of a run into checks and counts. Pure. */
import type { SiteEvent } from "@pbxis/shared";
import type { Outcome } from "./play.ts";
import { type JudgedCall, judge, problemsOf } from "./verdict.ts";
import type { Viewer } from "./viewers.ts";

export type Check = Readonly<{ name: string; problems: readonly string[] }>;

const maxShown = 10;

export function reportOf(outcome: Outcome): Readonly<{ text: string; checks: readonly Check[] }> {
  const { completed, tapped, samples, runs, disturbed, viewers, stateProblems, lost } = outcome;
  const judged = judge(completed, tapped, samples, runs, disturbed);
  const checks: Check[] = [
    { name: "at rest every client shows the state that Asterisk reports", problems: stateProblems },
    { name: "the connector's outbox did not overflow", problems: lost === 0 ? [] : [`${lost} were lost`] },
    {
      name: "some completed calls were required to arrive",
      problems: judged.some(({ isRequired }) => isRequired) ? [] : ["none was required"],
    },
    ...viewers.map((viewer) => checkOf(viewer, judged)),
  ];
  const lines = [
    ...countsOf(outcome, judged),
    ...checks.flatMap(({ name, problems }) => [
      `${problems.length === 0 ? "ok  " : "FAIL"} ${name}`,
      ...problems.slice(0, maxShown).map((problem) => `       ${problem}`),
      ...(problems.length > maxShown ? [`       and ${problems.length - maxShown} more`] : []),
    ]),
  ];
  return { text: lines.join("\n"), checks };
}

function checkOf(viewer: Viewer, judged: readonly JudgedCall[]): Check {
  const mine = judged.filter(({ completed }) => viewer.maySee(completeOf(completed.member)));
  const problems = problemsOf(judged, mine, viewer.completes);
  const required = mine.filter(({ isRequired }) => isRequired).length;
  return {
    name: `${viewer.name}: ${viewer.completes.size} completed calls arrived, ${required} were required`,
    problems,
  };
}

/** The lab's agents by the member names in queue_log. */
const agentsByName: Readonly<Record<string, string>> = {
  "Ann Agent": "1001",
  "Bob Agent": "1002",
  "Cid Agent": "1003",
  "Dee Agent": "1004",
  "Eve Agent": "1005",
  "Fay Agent": "1006",
  "PJSIP/1007": "1007",
};

function completeOf(member: string): SiteEvent {
  const agent = agentsByName[member];
  if (agent === undefined) throw new Error(`queue_log names a member ${member}, which is not an agent of the lab`);
  return { type: "agentComplete", agent } as SiteEvent;
}

function countsOf(outcome: Outcome, judged: readonly JudgedCall[]): string[] {
  const { counts, faults, runs, tapped, viewers, seed } = outcome;
  const excuses = Map.groupBy(
    judged.filter(({ isRequired }) => !isRequired),
    ({ reason }) => reason,
  );
  const total = [...faults.values()].reduce((sum, times) => sum + times, 0);
  return [
    `seed ${seed}: ${total} faults: ${[...faults].map(([name, times]) => `${name} ${times}`).join(", ")}`,
    `${counts.calls} calls, ${counts.answered} answered, ${counts.abandoned} abandoned, ${counts.pauses} pauses; ${runs.size} runs of the connector`,
    `${judged.length} completed calls in queue_log; ${tapped.length} reached the connector; ${judged.filter(({ isRequired }) => isRequired).length} were required to arrive`,
    ...[...excuses].map(([reason, list]) => `  ${list.length} not required: ${reason}`),
    ...viewers.map(
      (viewer) =>
        `  ${viewer.name}: ${viewer.completes.size} arrived, ${viewer.reconnects()} reconnections, ${viewer.gaps()} gaps`,
    ),
  ];
}
