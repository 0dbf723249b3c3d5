/** The kinds of clients of `bench scale`. */
import { SiteEvent } from "@pbxis/shared";
import { agentOf, list, pageOf, pageUrl } from "../edge/big-site.ts";
import type { Group } from "../edge/load-protocol.ts";
import { digestOf } from "../edge/mirror.ts";
import type { Ours } from "../edge/publisher.ts";
import { sampleTime as at, occurrence, stamp } from "../edge/sample-events.ts";

export const queues = 100;
export const queuesPerAgent = 3;
export const wallboardAgents = 100;
/** Pages publish all that they have within so many steps. */
export const leastSteps = 20;

export type Crowd = Readonly<{
  title: string;
  /** How many agents the site has. */
  agents: (clients: number) => number;
  groups: (ours: Ours, clients: number) => Promise<readonly Group[]>;
  /** What the site publishes in one step. */
  eventsOf: (step: number, clients: number) => readonly SiteEvent[];
  /** Stamped occurrences that each client has received after so many steps. */
  stamps: (steps: number) => number;
  /** Of all states of the site, the digest of those that each client must have. */
  digests: (states: readonly SiteEvent[], clients: number) => readonly string[];
}>;

const common = { acknowledges: true, resumes: true, backsOff: true, mirrors: true } as const;

/** Each client is the page of another agent. */
const pages: Omit<Crowd, "title" | "groups"> = {
  agents: (clients) => clients,
  // Each agent has a call within the first steps.
  eventsOf: (step, clients) => {
    const share = Math.ceil(clients / leastSteps);
    const first = step * share;
    return list(Math.max(0, Math.min(share, clients - first)), (index) => {
      const agent = agentOf(first + index);
      const call = { talkTime: 1, holdTime: 1, recording: null, queueName: "q0", reason: "agent" };
      return [
        SiteEvent.parse({ type: "extensionStatus", agent, status: "not_inuse", at }),
        SiteEvent.parse({ type: "agentComplete", agent, uniqueId: stamp(), ...call, at }),
      ];
    }).flat();
  },
  stamps: () => 1,
  digests: (states, clients) => {
    const byAgent = Map.groupBy(states, (event) => ("agent" in event ? String(event.agent) : ""));
    return list(clients, (index) => digestOf(byAgent.get(agentOf(index)) ?? []));
  },
};

export const wallboards: Crowd = {
  title: "wallboards of all queues",
  // Each wallboard has the states of all members.
  agents: () => wallboardAgents,
  groups: async ({ url, token }, clients) => [
    { urls: [url("queues=*")], count: clients, token, subscription: { queues: "*" }, ...common },
  ],
  eventsOf: (step) => [
    ...list(5, (index) => {
      const queue = `q${(step * 5 + index) % queues}`;
      return SiteEvent.parse({ type: "queueCount", queue, count: step + 2, longestWaitSince: at, at });
    }),
    occurrence(stamp()),
  ],
  stamps: (steps) => steps,
  digests: (states, clients) => {
    const digest = digestOf(states.filter(({ type }) => type === "queueCount"));
    return list(clients, () => digest);
  },
};

export const ownPages: Crowd = {
  title: "pages of one agent each",
  groups: (ours, clients) =>
    Promise.all(
      list(clients, async (index) => ({
        ...(await pageOf(ours, index)),
        subscription: { agent: agentOf(index) },
        ...common,
      })),
    ),
  ...pages,
};

export const sharedPages: Crowd = {
  title: "the same pages with one token",
  groups: async (ours, clients) =>
    list(clients, (index) => {
      const agent = agentOf(index);
      return { urls: [pageUrl(ours, agent)], count: 1, token: ours.token, subscription: { agent }, ...common };
    }),
  ...pages,
};
