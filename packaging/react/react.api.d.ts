/**
 * `@pbxis/react`: hooks over the typed client. A component shows the values of one agent, queue or membership, and is
 * rendered again only when these change, at most once per animation frame.
 *
 * ```tsx
 * const hq = connectSite({ url: "https://pbxis-edge.example.workers.dev", site: "hq", token });
 *
 * <SiteProvider client={hq} subscription={{ agents: "*", queues: ["support"] }}>
 *   <Waiting />
 * </SiteProvider>;
 *
 * function Waiting() {
 *   return <b>{useQueue("support")?.count ?? "–"}</b>;
 * }
 * ```
 */
import { AgentView, CallerView, CommandInput, CommandOptions, CommandOutcome, LinkState, Membership, QueueView, SiteClient, SiteEvent, Subscription, SubscriptionStatus } from "@pbxis/client";
import { ReactElement, ReactNode } from "react";
/** One agent. Undefined before the first snapshot, and if the agent has no state. */
export declare function useAgent(agent: string): AgentView | undefined;
/** One queue. Undefined before the first snapshot, and if the queue has no state. */
export declare function useQueue(queue: string): QueueView | undefined;
/** One agent in one queue. Undefined if the agent is not a member of the queue. */
export declare function useMember(agent: string, queue: string): Membership | undefined;
/** The ids of all agents with at least one state. The list stays the same while nobody comes or goes. */
export declare function useAgents(): readonly string[];
/** The names of all queues with at least one state. The list stays the same while none comes or goes. */
export declare function useQueues(): readonly string[];
/** The callers who wait in the queue, for a subscription with `callers: true`. */
export declare function useCallers(queue: string): readonly CallerView[] | undefined;
/** How fresh the values are (ST3); `asOf` is ms since 1970. Null before the first snapshot. */
export declare function useLink(): Readonly<{
  state: LinkState;
  asOf: number;
}> | null;
/** Whether the page is connected to the site, and if not, why. */
export declare function useStatus(): SubscriptionStatus;
/** Calls `handler` with every occurrence as it arrives, each once (EV6–EV8, EV16, EV17, EV23). It renders nothing. */
export declare function useOccurrence(handler: (event: SiteEvent) => void): void;
/** The function that sends commands. It stays the same, and its promise never rejects: see `CommandOutcome`. */
export declare function useCommand(): (command: CommandInput, options?: CommandOptions) => Promise<CommandOutcome>;
type SiteProviderProps = Readonly<{
  /** From `connectSite`, made once outside of components: another client is another connection. */
  client: SiteClient;
  /** Everything that the token grants by default. It may be written in place: only another content subscribes anew. */
  subscription?: Subscription;
  children?: ReactNode;
}>;
/** Connects when it is mounted, and never on a server: what is rendered there shows no values yet. */
export declare function SiteProvider({ client, subscription, children }: SiteProviderProps): ReactElement;
export type { SiteProviderProps };