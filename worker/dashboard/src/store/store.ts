/**
 * The data of the signed-in site for all views: one subscription to everything that the token grants, its freshness,
 * and a function to send commands. Views read `store.state` and are notified when to read it again: once for all
 * changes of a frame, and not more often than `schedule` runs.
 */
import type {
  Changes,
  CommandInput,
  CommandOutcome,
  LinkState,
  SiteClient,
  SiteEvent,
  SiteState,
  SubscribedSite,
  SubscriptionStatus,
} from "@pbxis/shared/client";
import { type Callers, createCallerWatch } from "./callers.ts";
import type { SignedIn } from "./token.ts";

/**
 * How current the values on the page are. `asOf` in ms since 1970.
 *
 * | kind       | meaning                                                                            |
 * |------------|------------------------------------------------------------------------------------|
 * | connecting | there are no values yet                                                            |
 * | live       | the values are current                                                             |
 * | stale      | the values are those of `asOf`: the connection to the server, AMI or the connector |
 * |            | is lost                                                                            |
 * | stopped    | no updates will come: the server rejected the token, or it has expired; `asOf` is  |
 * |            | null if there are no values                                                        |
 */
export type Freshness =
  | Readonly<{ kind: "connecting"; reason: string | null }>
  | Readonly<{ kind: "live" }>
  | Readonly<{ kind: "stale"; cause: "connection" | "down" | "offline"; asOf: number }>
  | Readonly<{ kind: "stopped"; reason: string; asOf: number | null }>;

export type Store = Readonly<{
  signedIn: SignedIn;
  state: SiteState;
  freshness: () => Freshness;
  /** Calls `listener` after changes of state or freshness. Returns the function that unsubscribes. */
  subscribe: (listener: () => void) => () => void;
  /** Calls `listener` with every occurrence (EV6–EV8, EV16, EV17, EV23) as it arrives. */
  onOccurrence: (listener: (event: SiteEvent) => void) => () => void;
  /** Calls `listener` with every change as it arrives, unlike `subscribe`, which combines changes. */
  onChanges: (listener: (changes: Changes) => void) => () => void;
  /**
   * Opens a stream of who waits in the queue (EV20), for a token with the claim `callers`. The page's own subscription
   * has no such lists: those of all queues would be most of its traffic. Returns the function that ends it.
   */
  watchCallers: (queue: string) => () => void;
  /** Who waits in a queue that is watched; null if it is not, and before the first answer. */
  callers: (queue: string) => Callers | null;
  /** Never rejects (CM11). */
  command: (command: CommandInput, options?: Readonly<{ idempotencyKey?: string }>) => Promise<CommandOutcome>;
  /** AP13. Rejects with a `SiteError`. */
  calls: SiteClient["calls"];
  /** AP12. Rejects with a `SiteError`. */
  statistics: SiteClient["statistics"];
  close: () => void;
}>;

export type StoreOptions = Readonly<{
  client: SiteClient;
  signedIn: SignedIn;
  /** Runs the function soon, for example in the next animation frame. */
  schedule: (run: () => void) => void;
  now: () => number;
}>;

export function createStore({ client, signedIn, schedule, now }: StoreOptions): Store {
  const listeners = createListeners(schedule);
  const lost = watchLoss(now);
  const subscribed: SubscribedSite = client.subscribe(subscription, {
    onChange: listeners.onChange,
    onOccurrence: listeners.onOccurrence,
    onLink: listeners.changed,
    onStatus: (status) => {
      lost.onStatus(status);
      listeners.changed();
    },
  });
  const callers = createCallerWatch(client, listeners.changed);
  return {
    signedIn,
    state: subscribed.state,
    freshness: () => freshnessOf(subscribed.status(), subscribed.link(), lost.at() ?? now()),
    ...listeners.register,
    watchCallers: callers.watch,
    callers: callers.of,
    command: client.command,
    calls: client.calls,
    statistics: client.statistics,
    close: () => {
      callers.close();
      subscribed.close();
    },
  };
}

/** Everything that the token grants. */
export const subscription = { agents: "*", queues: "*", statistics: true } as const;

/** `lostAt`: since when the stream has been away, if it is. `asOf` of the link is null if nothing is known. */
export function freshnessOf(
  status: SubscriptionStatus,
  link: Readonly<{ state: LinkState; asOf: number | null }> | null,
  lostAt: number,
): Freshness {
  if (status.kind === "stopped")
    return { kind: "stopped", reason: status.reason, asOf: link && (link.state === "up" ? lostAt : link.asOf) };
  if (!link) return { kind: "connecting", reason: status.kind === "waiting" ? status.reason : null };
  if (link.state !== "up") return { kind: "stale", cause: link.state, asOf: link.asOf ?? 0 };
  if (status.kind === "live") return { kind: "live" };
  return { kind: "stale", cause: "connection", asOf: lostAt };
}

/** Since when the stream has been away (ms since 1970); null while it is live. */
export function watchLoss(now: () => number) {
  let lostAt: number | null = null;
  return {
    at: () => lostAt,
    onStatus: (status: SubscriptionStatus): void => {
      if (status.kind === "live") lostAt = null;
      else lostAt ??= now();
    },
  };
}

/** The listeners of a store, and what calls them. */
export function createListeners(schedule: StoreOptions["schedule"]) {
  const listeners = new Set<() => void>();
  const occurrenceListeners = new Set<(event: SiteEvent) => void>();
  const changeListeners = new Set<(changes: Changes) => void>();
  let scheduled = false;

  function changed(): void {
    if (scheduled) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      for (const listener of [...listeners]) listener();
    });
  }
  return {
    changed,
    onChange: (changes: Changes): void => {
      for (const listener of [...changeListeners]) listener(changes);
      changed();
    },
    onOccurrence: (event: SiteEvent): void => {
      for (const listener of [...occurrenceListeners]) listener(event);
    },
    register: {
      subscribe: (listener: () => void) => register(listeners, listener),
      onOccurrence: (listener: (event: SiteEvent) => void) => register(occurrenceListeners, listener),
      onChanges: (listener: (changes: Changes) => void) => register(changeListeners, listener),
    },
  };
}

function register<Listener>(all: Set<Listener>, listener: Listener): () => void {
  all.add(listener);
  return () => all.delete(listener);
}
