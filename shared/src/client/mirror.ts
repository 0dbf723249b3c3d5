/**
 * The client's copy of what its subscription sees: the states as last told (EV11), looked up by queue or agent. It is changed by frames only,
 * and stays as it is while there is no connection.
 */
import type { EventOf, SiteEvent } from "../protocol/event.ts";
import { sameState, stateKey } from "../protocol/event-traits.ts";
import { applyEvent, type StateMap, stateMapOf } from "../state/state.ts";

/** One agent in one queue (EV3). */
export type Membership = Omit<EventOf<"queueMemberStatus">, "type">;

/** `name` and `status` are null where nothing was told, `call` where there is none (EV1, EV2, EV4). */
export type AgentView = Readonly<{
  agent: string;
  name: string | null;
  status: EventOf<"extensionStatus">["status"] | null;
  call: Readonly<{ number: string; name: string | null; queueName: string | null; callId: string | null }> | null;
  memberships: readonly Membership[];
}>;

/** `count` and `longestWaitSince` as in EV5; the summaries are there if the subscription asked for them (EV9). */
export type QueueView = Readonly<{
  queue: string;
  count: number;
  longestWaitSince: number | null;
  members: readonly Membership[];
  summary: EventOf<"queueSummary"> | null;
  memberSummaries: readonly EventOf<"memberSummary">[];
}>;

export type SiteState = Readonly<{
  agents: () => readonly string[];
  queues: () => readonly string[];
  /** Undefined of whom or what nothing is known. */
  agent: (agent: string) => AgentView | undefined;
  queue: (queue: string) => QueueView | undefined;
  membership: (agent: string, queue: string) => Membership | undefined;
  /** Every state as it was told last. */
  events: () => readonly SiteEvent[];
}>;

/** What changed: `events` are new values, a log-off among them; `removed` the last values of states that went without one. */
export type Changes = Readonly<{ events: readonly SiteEvent[]; removed: readonly SiteEvent[] }>;

type Index = Map<string, Set<string>>;

export class Mirror implements SiteState {
  #states: StateMap = new Map();
  /** Keys of states by the agent and by the queue that they are about. */
  #byAgent: Index = new Map();
  #byQueue: Index = new Map();

  /** All there is, instead of all that was. */
  replace(events: readonly SiteEvent[]): Changes {
    const before = this.#states;
    this.#states = stateMapOf(events);
    this.#byAgent = new Map();
    this.#byQueue = new Map();
    const news: SiteEvent[] = [];
    for (const [key, event] of this.#states) {
      this.#index(key, event);
      const old = before.get(key);
      if (!old || !sameState(old, event)) news.push(event);
    }
    return { events: news, removed: [...before].filter(([key]) => !this.#states.has(key)).map(([, event]) => event) };
  }

  /** States among `events`; occurrences change nothing. */
  apply(events: readonly SiteEvent[]): Changes {
    const news: SiteEvent[] = [];
    const removed: SiteEvent[] = [];
    for (const event of events) {
      const key = stateKey(event);
      if (key === undefined) continue;
      news.push(event);
      const summary = event.type === "queueMemberStatus" ? this.#summaryOf(event) : undefined;
      applyEvent(this.#states, event);
      if (this.#states.has(key)) {
        this.#index(key, event);
        continue;
      }
      this.#forget(key, event);
      if (!summary) continue;
      this.#forget(stateKey(summary) as string, summary);
      removed.push(summary);
    }
    return { events: news, removed };
  }

  agents(): readonly string[] {
    return [...this.#byAgent.keys()];
  }

  queues(): readonly string[] {
    return [...this.#byQueue.keys()];
  }

  agent(agent: string): AgentView | undefined {
    const events = this.#of(this.#byAgent, agent);
    if (events.length === 0) return undefined;
    const name = find(events, "agentName")?.name ?? null;
    const phone = find(events, "phoneNumber");
    return {
      agent,
      name,
      status: find(events, "extensionStatus")?.status ?? null,
      call: phone && phone.number !== null ? { ...callOf(phone), number: phone.number } : null,
      memberships: all(events, "queueMemberStatus"),
    };
  }

  queue(queue: string): QueueView | undefined {
    const events = this.#of(this.#byQueue, queue);
    if (events.length === 0) return undefined;
    const count = find(events, "queueCount");
    return {
      queue,
      count: count?.count ?? 0,
      longestWaitSince: count?.longestWaitSince ?? null,
      members: all(events, "queueMemberStatus"),
      summary: find(events, "queueSummary") ?? null,
      memberSummaries: all(events, "memberSummary"),
    };
  }

  membership(agent: string, queue: string): Membership | undefined {
    const event = this.#states.get(`queueMemberStatus,${agent},${queue}`);
    return event?.type === "queueMemberStatus" ? event : undefined;
  }

  events(): readonly SiteEvent[] {
    return [...this.#states.values()];
  }

  /** What a log-off takes away beside the membership. */
  #summaryOf({ agent, queue }: Membership): SiteEvent | undefined {
    return this.#states.get(`memberSummary,${agent},${queue}`);
  }

  #of(index: Index, name: string): SiteEvent[] {
    return [...(index.get(name) ?? [])].flatMap((key) => this.#states.get(key) ?? []);
  }

  #index(key: string, event: SiteEvent): void {
    if ("agent" in event && event.type !== "memberSummary") add(this.#byAgent, event.agent, key);
    if ("queue" in event) add(this.#byQueue, event.queue, key);
  }

  #forget(key: string, event: SiteEvent): void {
    if ("agent" in event) remove(this.#byAgent, event.agent, key);
    if ("queue" in event) remove(this.#byQueue, event.queue, key);
  }
}

function add(index: Index, name: string, key: string): void {
  const keys = index.get(name) ?? new Set();
  index.set(name, keys.add(key));
}

function remove(index: Index, name: string, key: string): void {
  const keys = index.get(name);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(name);
}

function callOf({ name, queueName, callId }: EventOf<"phoneNumber">) {
  return { name, queueName, callId };
}

function find<Type extends SiteEvent["type"]>(events: readonly SiteEvent[], type: Type): EventOf<Type> | undefined {
  return all(events, type)[0];
}

function all<Type extends SiteEvent["type"]>(events: readonly SiteEvent[], type: Type): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}
