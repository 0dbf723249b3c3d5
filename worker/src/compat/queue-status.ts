/** PX6: pbxis-ws's `GET /queue/status`, computed from the site's states instead of a question to Asterisk. Pure. */
import type { EventOf, SiteEvent } from "@pbxis/shared";

type Member = Readonly<{ status?: EventOf<"queueMemberStatus">; summary?: EventOf<"memberSummary"> }>;
type Queue = {
  count?: EventOf<"queueCount">;
  summary?: EventOf<"queueSummary">;
  members: Map<string, Member>;
};

/** One object per queue, sorted by name. `states` is a snapshot with summaries. */
export function queueStatus(states: readonly SiteEvent[]): readonly unknown[] {
  const queues = new Map<string, Queue>();
  for (const state of states) if ("queue" in state) note(queueIn(queues, state.queue), state);
  return [...queues]
    .filter(([, { count, summary }]) => count ?? summary)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, queue]) => ({ queue: name, ...figures(queue), members: membersOf(queue) }));
}

function queueIn(queues: Map<string, Queue>, name: string): Queue {
  const queue = queues.get(name) ?? { members: new Map() };
  queues.set(name, queue);
  return queue;
}

function note(queue: Queue, state: SiteEvent): void {
  switch (state.type) {
    case "queueCount":
      queue.count = state;
      break;
    case "queueSummary":
      queue.summary = state;
      break;
    case "queueMemberStatus":
      queue.members.set(state.agent, { ...queue.members.get(state.agent), status: state });
      break;
    case "memberSummary":
      queue.members.set(state.agent, { ...queue.members.get(state.agent), summary: state });
      break;
  }
}

function figures({ count, summary }: Queue) {
  const calls = count?.count ?? summary?.calls ?? 0;
  if (!summary) return { calls };
  const { completed, abandoned, holdTime, talkTime } = summary;
  return { calls, completed, abandoned, holdTime, talkTime };
}

/** A member that has logged off may still have a summary, but has no status; it is left out. */
function membersOf({ members }: Queue) {
  return [...members].flatMap(([agent, { status, summary }]) => {
    if (!status || status.status === "loggedoff") return [];
    const figures = summary && {
      location: summary.memberInterface,
      memberName: summary.name,
      callsTaken: summary.callsTaken,
      lastCall: summary.lastCall,
      incall: summary.inCall,
    };
    const paused = status.status === "paused";
    return [{ ...figures, agent, status: status.status, paused, penalty: status.penalty }];
  });
}
