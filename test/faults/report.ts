/** From what was gathered to checks and counts. Pure. */
import type { SiteEvent } from "@pbxis/shared";
import type { Outcome } from "./play.ts";
import { type Judged, judge, problemsOf } from "./verdict.ts";
import type { Viewer } from "./viewers.ts";

export type Check = Readonly<{ name: string; problems: readonly string[] }>;

const maxShown = 10;

export function reportOf(outcome: Outcome): Readonly<{ text: string; checks: readonly Check[] }> {
  const { completed, heard, samples, lives, disturbed, viewers, stateProblems, lost } = outcome;
  const judged = judge(completed, heard, samples, lives, disturbed);
  const checks: Check[] = [
    { name: "at rest everyone shows what Asterisk says", problems: stateProblems },
    { name: "the connector lost no occurrence for want of room", problems: lost === 0 ? [] : [`${lost} were lost`] },
    {
      name: "calls were completed at all",
      problems: judged.some(({ must }) => must) ? [] : ["none that had to arrive"],
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

function checkOf(viewer: Viewer, judged: readonly Judged[]): Check {
  const mine = judged.filter(({ completed }) => viewer.maySee(completeOf(completed.member)));
  const problems = problemsOf(judged, mine, viewer.completes);
  const musts = mine.filter(({ must }) => must).length;
  return { name: `${viewer.name}: ${viewer.completes.size} completed calls arrived, ${musts} had to`, problems };
}

/** The members' names in queue_log, as the lab's agents are called. */
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
  if (agent === undefined) throw new Error(`queue_log names a member ${member}, whom the lab does not have`);
  return { type: "agentComplete", agent } as SiteEvent;
}

function countsOf(outcome: Outcome, judged: readonly Judged[]): string[] {
  const { counts, faults, lives, heard, viewers, seed } = outcome;
  const excuses = Map.groupBy(
    judged.filter(({ must }) => !must),
    ({ because }) => because,
  );
  const total = [...faults.values()].reduce((sum, times) => sum + times, 0);
  return [
    `seed ${seed}: ${total} faults: ${[...faults].map(([name, times]) => `${name} ${times}`).join(", ")}`,
    `${counts.calls} calls, ${counts.answered} answered, ${counts.abandoned} given up, ${counts.pauses} pauses; ${lives.size} lives of the connector`,
    `${judged.length} completed by queue_log; ${heard.length} reached the connector; ${judged.filter(({ must }) => must).length} had to arrive`,
    ...[...excuses].map(([because, list]) => `  ${list.length} need not: ${because}`),
    ...viewers.map(
      (viewer) =>
        `  ${viewer.name}: ${viewer.completes.size} arrived, ${viewer.reconnects()} reconnections, ${viewer.gaps()} gaps`,
    ),
  ];
}
