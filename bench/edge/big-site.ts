/** A site of many agents for benchmarks with crowds of clients: its states, its pages, and what it counts. */
import { SiteEvent } from "@pbxis/shared";
import { mintToken } from "../../test/harness/token.ts";
import type { Group } from "./load-protocol.ts";
import type { Ours } from "./publisher.ts";
import { sampleTime as at } from "./sample-events.ts";

export type SiteSize = Readonly<{ agents: number; queues: number; queuesPerAgent: number }>;

export const list = <Item>(length: number, make: (index: number) => Item) =>
  Array.from({ length }, (_, index) => make(index));

export const agentOf = (index: number) => `${10_000 + index}`;

/** About 1.2 KB for each agent who is in five queues. */
export function statesOf({ agents, queues, queuesPerAgent }: SiteSize): readonly SiteEvent[] {
  return [
    ...list(queues, (queue) => ({ type: "queueCount", queue: `q${queue}`, count: 1, longestWaitSince: at, at })),
    ...list(agents, (index) => [
      { type: "agentName", agent: agentOf(index), name: `Agent ${agentOf(index)}`, at },
      { type: "extensionStatus", agent: agentOf(index), status: "inuse", at },
      ...list(queuesPerAgent, (place) => ({
        type: "queueMemberStatus",
        agent: agentOf(index),
        queue: `q${(index + place * 20) % queues}`,
        status: "inuse",
        deviceStatus: "inuse",
        pausedReason: null,
        penalty: 0,
        since: at,
        at,
      })),
    ]).flat(),
  ].map((event) => SiteEvent.parse(event));
}

/** As `statesOf`, with all that a connector publishes: those of calls and of summaries, too. */
export function allStatesOf(size: SiteSize): readonly SiteEvent[] {
  const states = statesOf(size);
  const noCall = { number: null, name: null, queueName: null, callId: null };
  const summary = { callsTaken: 3, lastCall: at, paused: false, inCall: false };
  const others = states.flatMap((event): object[] => {
    if (event.type === "agentName") return [{ type: "phoneNumber", agent: event.agent, ...noCall, at }];
    if (event.type !== "queueMemberStatus") return [];
    const { agent, queue } = event;
    return [{ type: "memberSummary", queue, agent, name: agent, memberInterface: `PJSIP/${agent}`, ...summary, at }];
  });
  return [...states, ...others.map((event) => SiteEvent.parse(event))];
}

/** The address of the page of an agent (AP2). */
export function pageUrl({ url }: Ours, agent: string): string {
  return url("").replace("/events?", `/agents/${agent}/events`);
}

/** The page of an agent, with a token of its own. */
export async function pageOf(ours: Ours, index: number): Promise<Group> {
  const agent = agentOf(index);
  const token = await mintToken({ site: "bench", sub: agent, agents: [agent] });
  return { urls: [pageUrl(ours, agent)], count: 1, token, acknowledges: true, resumes: true };
}

/** The site's counters (AP10). */
export async function countersOf({
  worker,
}: Ours): Promise<Readonly<{ totals: Record<string, number>; now: Record<string, number> }>> {
  const authorization = `Bearer ${await mintToken({ site: "bench", role: "operator" })}`;
  const response = await fetch(new URL("v1/sites/bench/counters", worker.url), { headers: { authorization } });
  return response.json();
}

/** How often scope objects have asked the site so far. */
export async function askedOf(ours: Ours): Promise<number> {
  const { totals } = await countersOf(ours);
  return (totals.joins ?? 0) + (totals.reads ?? 0);
}
