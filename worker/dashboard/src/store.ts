/**
 * What all views look at: one subscription to everything that the token grants at one site, how fresh it is, and a way to command. Views
 * read `store.state` and are told when to read it again; changes of one frame are told once, and at most once an animation frame.
 */
import type {
  Changes,
  CommandInput,
  CommandOutcome,
  SiteClient,
  SiteEvent,
  SiteState,
  Status,
  SubscribedSite,
} from "@pbxis/shared/client";
import type { SignedIn } from "./session.ts";

/**
 * How much the values on the page are worth. `asOf` in ms since 1970.
 *
 * | kind       | what holds                                                                       |
 * |------------|----------------------------------------------------------------------------------|
 * | connecting | nothing was shown yet                                                            |
 * | live       | what is shown is so                                                              |
 * | stale      | what is shown was so at `asOf`; the connection, AMI or the connector is away     |
 * | stopped    | nothing more will come by itself: no permission, or the token has ended; `asOf`  |
 * |            | is null if nothing was shown                                                     |
 */
export type Freshness =
  | Readonly<{ kind: "connecting"; because: string | null }>
  | Readonly<{ kind: "live" }>
  | Readonly<{ kind: "stale"; cause: "connection" | "down" | "offline"; asOf: number }>
  | Readonly<{ kind: "stopped"; because: string; asOf: number | null }>;

export type Store = Readonly<{
  signedIn: SignedIn;
  state: SiteState;
  freshness: () => Freshness;
  /** Calls `listener` after changes of state or freshness; gives the way to stop that. */
  subscribe: (listener: () => void) => () => void;
  /** Every occurrence as it comes (EV6–EV8). */
  onOccurrence: (listener: (event: SiteEvent) => void) => () => void;
  /** Every change as it comes, for what keeps a history. */
  onChanges: (listener: (changes: Changes) => void) => () => void;
  /** Never rejects (CM11). */
  command: (command: CommandInput, options?: Readonly<{ idempotencyKey?: string }>) => Promise<CommandOutcome>;
  close: () => void;
}>;

export type StoreOptions = Readonly<{
  client: SiteClient;
  signedIn: SignedIn;
  /** `requestAnimationFrame`, or what stands for it. */
  schedule: (run: () => void) => void;
  now: () => number;
}>;

export function createStore({ client, signedIn, schedule, now }: StoreOptions): Store {
  const listeners = new Set<() => void>();
  const occurrenceListeners = new Set<(event: SiteEvent) => void>();
  const changeListeners = new Set<(changes: Changes) => void>();
  let scheduled = false;
  let lostAt: number | null = null;

  function changed(): void {
    if (scheduled) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      for (const listener of [...listeners]) listener();
    });
  }

  function onStatus(status: Status): void {
    if (status.kind === "live") lostAt = null;
    else lostAt ??= now();
    changed();
  }

  const subscribed: SubscribedSite = client.subscribe(
    { agents: "*", queues: "*", summary: true },
    {
      onChange: (changes) => {
        for (const listener of [...changeListeners]) listener(changes);
        changed();
      },
      onOccurrence: (event) => {
        for (const listener of [...occurrenceListeners]) listener(event);
      },
      onLink: changed,
      onStatus,
    },
  );

  function freshness(): Freshness {
    const status = subscribed.status();
    const link = subscribed.link();
    if (status.kind === "stopped")
      return { kind: "stopped", because: status.because, asOf: link && (link.state === "up" ? lostAt : link.asOf) };
    if (!link) return { kind: "connecting", because: status.kind === "waiting" ? status.because : null };
    if (link.state !== "up") return { kind: "stale", cause: link.state, asOf: link.asOf };
    if (status.kind === "live") return { kind: "live" };
    return { kind: "stale", cause: "connection", asOf: lostAt ?? now() };
  }

  return {
    signedIn,
    state: subscribed.state,
    freshness,
    subscribe: (listener) => register(listeners, listener),
    onOccurrence: (listener) => register(occurrenceListeners, listener),
    onChanges: (listener) => register(changeListeners, listener),
    command: client.command,
    close: subscribed.close,
  };
}

function register<Listener>(all: Set<Listener>, listener: Listener): () => void {
  all.add(listener);
  return () => all.delete(listener);
}
