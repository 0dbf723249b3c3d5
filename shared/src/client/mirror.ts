/**
 * The client's copy of the states of its subscription (EV11), with lookups by agent and queue. Only frames change it:
 * while there is no connection it keeps the last values.
 */
import type { EventOf, SiteEvent } from "../protocol/event.ts";
import { agentInScope, queueInScope, sameState, stateKey } from "../protocol/event-traits.ts";
import { applyEvent, type StateMap, stateMapOf } from "../state/state.ts";

/**
 * One agent in one queue (EV3). Example: `{ agent: "1001", queue: "support", status: "paused", deviceStatus:
 * "not_inuse", pausedReason: "lunch", penalty: 0, since: 1763890000000, at: 1763890000000 }`. `since` and `at` are ms
 * since 1970.
 */
export type Membership = Omit<EventOf<"queueMemberStatus">, "type">;

/**
 * One agent (EV1–EV4, EV21). `name` and `status` are null while unknown, `call` is null if the agent has no call.
 * `call.number` is `"unknown"` if the other party withholds it. `supervising` is null unless the agent's phone listens
 * to the call of another agent; `since` is ms since 1970. Example: `{ agent: "1001", name: "Ann", status: "inuse", call:
 * { number: "5551234", name: null, queueName: "support", callId: "1763890000.7", uniqueId: "1763890000.7", recording:
 * "on", muted: null, consulting: null }, supervising: null, memberships: [], statistics: null }`.
 * `statistics` (EV19) is present only if the subscription has `statistics: true`.
 */
export type AgentView = Readonly<{
  agent: string;
  name: string | null;
  status: EventOf<"extensionStatus">["status"] | null;
  call: Readonly<{
    number: string;
    name: string | null;
    queueName: string | null;
    callId: string | null;
    uniqueId: string | null;
    recording: "on" | "paused" | null;
    muted: boolean | null;
    consulting: string | null;
  }> | null;
  supervising: Readonly<{ agent: string; mode: EventOf<"supervision">["mode"]; since: number | null }> | null;
  memberships: readonly Membership[];
  statistics: EventOf<"agentStatistics"> | null;
}>;

/**
 * One queue. `count`: waiting callers (EV5). `longestWaitSince`: ms since 1970, null if nobody waits. The summaries
 * (EV9) are present only if the subscription has `summary: true`, `statistics` (EV18) only with `statistics: true`.
 * Example: `{ queue: "support", count: 2, longestWaitSince: 1763890000000, members: [], summary: null, memberSummaries:
 * [], statistics: null }`.
 */
export type QueueView = Readonly<{
  queue: string;
  count: number;
  longestWaitSince: number | null;
  members: readonly Membership[];
  summary: EventOf<"queueSummary"> | null;
  memberSummaries: readonly EventOf<"memberSummary">[];
  statistics: EventOf<"queueStatistics"> | null;
}>;

/** A call that waits in a parking space (EV22). `since` is ms since 1970. */
export type ParkedCall = Readonly<{
  parkingLot: string;
  parkingSpace: string;
  channel: string;
  callerId: string | null;
  since: number | null;
}>;

/**
 * A caller who waits (EV20), at `position` from 1. `ringing`: the agents whom the queue rings for the caller. Example:
 * `{ position: 1, uniqueId: "1763890000.7", callId: "1763890000.7", number: "5551234", name: null, since: 1763890000000,
 * priority: 0, ringing: ["1001"] }`.
 */
export type CallerView = EventOf<"queueCallers">["callers"][number] & Readonly<{ position: number }>;

/** Lookups in the current states. Each call returns a new object, which later changes do not affect. */
export type SiteState = Readonly<{
  /** The ids of all agents with at least one state. */
  agents: () => readonly string[];
  /** The names of all queues with at least one state. */
  queues: () => readonly string[];
  /** Undefined if the agent has no state. */
  agent: (agent: string) => AgentView | undefined;
  /** Undefined if the queue has no state. */
  queue: (queue: string) => QueueView | undefined;
  /** Undefined if the agent is not a member of the queue. */
  membership: (agent: string, queue: string) => Membership | undefined;
  /**
   * The callers who wait in the queue, the next one first: at most a hundred; `queue(…).count` has the number of all.
   * Undefined if the subscription has no `callers: true`, or if the queue has no state.
   */
  callers: (queue: string) => readonly CallerView[] | undefined;
  /** The calls that are parked now. */
  parkedCalls: () => readonly ParkedCall[];
  /** The latest value of every state. */
  events: () => readonly SiteEvent[];
}>;

/**
 * `events`: new values, including log-offs. `removed`: the last values of states that disappeared without a new value.
 */
export type Changes = Readonly<{ events: readonly SiteEvent[]; removed: readonly SiteEvent[] }>;

type Index = Map<string, Set<string>>;

export class Mirror implements SiteState {
  #states: StateMap = new Map();
  /** Keys of states by the agent and by the queue that they are about. */
  #byAgent: Index = new Map();
  #byQueue: Index = new Map();

  /** Replaces all states by those of a snapshot. */
  replace(events: readonly SiteEvent[]): Changes {
    const before = this.#states;
    this.#states = stateMapOf(events);
    this.#byAgent = new Map();
    this.#byQueue = new Map();
    const changed: SiteEvent[] = [];
    for (const [key, event] of this.#states) {
      this.#index(key, event);
      const old = before.get(key);
      if (!old || !sameState(old, event)) changed.push(event);
    }
    const removed = [...before].filter(([key]) => !this.#states.has(key)).map(([, event]) => event);
    return { events: changed, removed };
  }

  /** Applies the states among `events`; occurrences change nothing. */
  apply(events: readonly SiteEvent[]): Changes {
    const changed: SiteEvent[] = [];
    const removed: SiteEvent[] = [];
    for (const event of events) {
      const key = stateKey(event);
      if (key === undefined) continue;
      changed.push(event);
      const summary = event.type === "queueMemberStatus" ? this.#summaryOf(event) : undefined;
      applyEvent(this.#states, event);
      if (this.#states.has(key)) {
        this.#index(key, event);
        continue;
      }
      this.#unindex(key, event);
      if (!summary) continue;
      this.#unindex(stateKey(summary) as string, summary);
      removed.push(summary);
    }
    return { events: changed, removed };
  }

  agents(): readonly string[] {
    return [...this.#byAgent.keys()];
  }

  queues(): readonly string[] {
    return [...this.#byQueue.keys()];
  }

  agent(agent: string): AgentView | undefined {
    const events = this.#statesOf(this.#byAgent, agent);
    if (events.length === 0) return undefined;
    const name = find(events, "agentName")?.name ?? null;
    const phone = find(events, "phoneNumber");
    return {
      agent,
      name,
      status: find(events, "extensionStatus")?.status ?? null,
      call: phone && phone.number !== null ? { ...callOf(phone), number: phone.number } : null,
      supervising: supervisionOf(find(events, "supervision")),
      memberships: all(events, "queueMemberStatus"),
      statistics: find(events, "agentStatistics") ?? null,
    };
  }

  queue(queue: string): QueueView | undefined {
    const events = this.#statesOf(this.#byQueue, queue);
    if (events.length === 0) return undefined;
    const count = find(events, "queueCount");
    return {
      queue,
      count: count?.count ?? 0,
      longestWaitSince: count?.longestWaitSince ?? null,
      members: all(events, "queueMemberStatus"),
      summary: find(events, "queueSummary") ?? null,
      memberSummaries: all(events, "memberSummary"),
      statistics: find(events, "queueStatistics") ?? null,
    };
  }

  membership(agent: string, queue: string): Membership | undefined {
    const event = this.#states.get(`queueMemberStatus,${agent},${queue}`);
    return event?.type === "queueMemberStatus" ? event : undefined;
  }

  callers(queue: string): readonly CallerView[] | undefined {
    const event = this.#states.get(`queueCallers,${queue}`);
    if (event?.type !== "queueCallers") return undefined;
    return event.callers.map((caller, index) => ({ ...caller, position: index + 1 }));
  }

  parkedCalls(): readonly ParkedCall[] {
    const calls: ParkedCall[] = [];
    for (const event of this.#states.values()) {
      if (event.type !== "parkedCallState" || event.channel === null) continue;
      const { type: _, at: __, channel, ...call } = event;
      calls.push({ ...call, channel });
    }
    return calls;
  }

  events(): readonly SiteEvent[] {
    return [...this.#states.values()];
  }

  /** The member's summary, which a log-off removes together with the membership. */
  #summaryOf({ agent, queue }: Membership): SiteEvent | undefined {
    return this.#states.get(`memberSummary,${agent},${queue}`);
  }

  #statesOf(index: Index, name: string): SiteEvent[] {
    return [...(index.get(name) ?? [])].flatMap((key) => this.#states.get(key) ?? []);
  }

  #index(key: string, event: SiteEvent): void {
    const [agent, queue] = [agentInScope(event), queueInScope(event)];
    if (agent !== undefined) add(this.#byAgent, agent, key);
    if (queue !== undefined) add(this.#byQueue, queue, key);
  }

  #unindex(key: string, event: SiteEvent): void {
    const [agent, queue] = [agentInScope(event), queueInScope(event)];
    if (agent !== undefined) remove(this.#byAgent, agent, key);
    if (queue !== undefined) remove(this.#byQueue, queue, key);
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

function callOf({ type, agent, number, at, ...call }: EventOf<"phoneNumber">) {
  return call;
}

function supervisionOf(event: EventOf<"supervision"> | undefined): AgentView["supervising"] {
  if (!event || event.agentSupervised === null) return null;
  return { agent: event.agentSupervised, mode: event.mode, since: event.since };
}

function find<Type extends SiteEvent["type"]>(events: readonly SiteEvent[], type: Type): EventOf<Type> | undefined {
  return all(events, type)[0];
}

function all<Type extends SiteEvent["type"]>(events: readonly SiteEvent[], type: Type): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}
