/** The hooks. Each renders its component again when its own value changes, at most once per animation frame. */
import type {
  AgentView,
  CallerView,
  CommandInput,
  CommandOptions,
  CommandOutcome,
  LinkState,
  Membership,
  QueueView,
  SiteEvent,
  SubscriptionStatus,
} from "@pbxis/shared/client";
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { useSiteStore } from "./site-provider.ts";
import type { Read } from "./site-store.ts";

const none: readonly string[] = [];

/** One agent. Undefined before the first snapshot, and if the agent has no state. */
export function useAgent(agent: string): AgentView | undefined {
  return useTopic(`agent:${agent}`, ({ state }) => state.agent(agent));
}

/** One queue. Undefined before the first snapshot, and if the queue has no state. */
export function useQueue(queue: string): QueueView | undefined {
  return useTopic(`queue:${queue}`, ({ state }) => state.queue(queue));
}

/** One agent in one queue. Undefined if the agent is not a member of the queue. */
export function useMember(agent: string, queue: string): Membership | undefined {
  return useTopic(`agent:${agent}\n${queue}`, ({ state }) => state.membership(agent, queue));
}

/** The ids of all agents with at least one state. The list stays the same while nobody comes or goes. */
export function useAgents(): readonly string[] {
  return useTopic("agents", ({ state }, before) => unlessSame(before, state.agents())) ?? none;
}

/** The names of all queues with at least one state. The list stays the same while none comes or goes. */
export function useQueues(): readonly string[] {
  return useTopic("queues", ({ state }, before) => unlessSame(before, state.queues())) ?? none;
}

/** The callers who wait in the queue, for a subscription with `callers: true`. */
export function useCallers(queue: string): readonly CallerView[] | undefined {
  return useTopic(`queue:${queue}\ncallers`, ({ state }) => state.callers(queue));
}

/** How fresh the values are (ST3); `asOf` is ms since 1970. Null before the first snapshot. */
export function useLink(): Readonly<{ state: LinkState; asOf: number }> | null {
  return useTopic("link", (site) => site.link()) ?? null;
}

/** Whether the page is connected to the site, and if not, why. */
export function useStatus(): SubscriptionStatus {
  return useTopic("status", (site) => site.status()) ?? connecting;
}

const connecting: SubscriptionStatus = { kind: "connecting" };

/** Calls `handler` with every occurrence as it arrives, each once (EV6–EV8, EV16, EV17, EV23). It renders nothing. */
export function useOccurrence(handler: (event: SiteEvent) => void): void {
  const store = useSiteStore();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => store.onOccurrence((event) => latest.current(event)), [store]);
}

/** The function that sends commands. It stays the same, and its promise never rejects: see `CommandOutcome`. */
export function useCommand(): (command: CommandInput, options?: CommandOptions) => Promise<CommandOutcome> {
  return useSiteStore().command;
}

function useTopic<Value>(topic: string, read: Read<Value>): Value | undefined {
  const store = useSiteStore();
  const watch = useCallback((listener: () => void) => store.watch(topic, listener), [store, topic]);
  return useSyncExternalStore(watch, () => store.value(topic, read), unknownOnServer);
}

function unknownOnServer(): undefined {}

function unlessSame(before: readonly string[] | undefined, now: readonly string[]): readonly string[] {
  const isSame = before?.length === now.length && now.every((name, index) => name === before[index]);
  return isSame ? before : now;
}
