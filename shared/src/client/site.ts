/**
 * The client's interface to one site: subscriptions, commands, status. This file is the shell: it gives the
 * subscription machine its streams, timers and random numbers, and calls the caller's handlers.
 */
import type { SiteStatus, StateAnswer } from "../protocol/answer.ts";
import type { CallsAnswer } from "../protocol/calls.ts";
import type { CommandInput } from "../protocol/command.ts";
import type { SiteEvent } from "../protocol/event.ts";
import type { LinkState } from "../protocol/link.ts";
import type { StatisticsAnswer } from "../protocol/statistics.ts";
import { type CommandOptions, type CommandOutcome, sendCommand } from "./command.ts";
import { Feed } from "./feed.ts";
import { createHttp, type WorkerAddress } from "./http.ts";
import type { SubscriptionStatus } from "./machine-io.ts";
import type { Changes, SiteState } from "./mirror.ts";
import { type Platform, platformOf } from "./platform.ts";
import {
  type CallsQuery,
  callsQueryOf,
  type Extras,
  extrasOf,
  flag,
  queryOf,
  type Requested,
  type StatisticsQuery,
  statisticsQueryOf,
} from "./query.ts";
import { runSubscription } from "./run-subscription.ts";
import { transportsOf } from "./stream.ts";
import { oneSite, SubscriptionMachine } from "./subscription-machine.ts";

export type SiteOptions = Readonly<{
  /** The site's name, such as `hq`. */
  site: string;
}> &
  ConnectOptions;

/** Where the worker is, and how it is reached. */
export type ConnectOptions = WorkerAddress &
  Readonly<{
    /**
     * `auto` (the default) uses WebSocket, and server-sent events where the platform has no WebSocket or none gets
     * through. `sse` needs a `fetch` with streaming bodies.
     */
    transport?: "auto" | "websocket" | "sse";
    /** Replaces functions of the platform, for tests. */
    platform?: Partial<Platform>;
  }>;

/**
 * What to subscribe to. AP1: lists of names, or `*` for everything that the token grants; an absent list names nothing.
 * AP2: one queue or one agent. `summary` adds `queueSummary` and `memberSummary` events (EV9), `statistics` adds
 * `queueStatistics` and `agentStatistics` (EV18, EV19), `callers` adds `queueCallers` (EV20) for a token with that claim.
 * Examples: `{ agents: "*", queues: ["support"] }`, `{ queue:
 * "support" }`, `{ agent: "1001", statistics: true }`.
 */
export type Subscription =
  | Requested
  | (Extras & Readonly<{ queue: string }>)
  | Readonly<{ agent: string; statistics?: boolean }>;

/**
 * Called in the order of the stream, after `state` has changed. An error that a handler throws, or rejects with, is
 * reported by `platform.reportError`, and the stream continues.
 */
export type SubscriptionHandlers = Readonly<{
  /** States have changed. */
  onChange?: (changes: Changes) => void;
  /** An occurrence (EV6–EV8, EV16, EV17, EV23), each exactly once, also over reconnections. */
  onOccurrence?: (event: SiteEvent) => void;
  /**
   * Occurrences may be missing, because the client was away for longer than the site's log reaches. States are right
   * again.
   */
  onGap?: () => void;
  /**
   * ST3: how fresh the states are. `asOf` in ms since 1970: until when they were right, or for `up` since when they
   * are.
   */
  onLink?: (link: LinkState, asOf: number) => void;
  onStatus?: (status: SubscriptionStatus) => void;
}>;

export type SubscribedSite = Readonly<{
  /** The current states. The object stays the same and always shows the latest values. */
  state: SiteState;
  /** As in `onLink`; null before the first snapshot. */
  link: () => Readonly<{ state: LinkState; asOf: number }> | null;
  status: () => SubscriptionStatus;
  /** The position of the last frame, such as `k3-41`; null before the first. */
  cursor: () => string | null;
  /** Ends the subscription for good. No handler but `onStatus` is called afterwards. */
  close: () => void;
}>;

export type SiteClient = Readonly<{
  /**
   * Starts a stream and keeps it open until `close`. No handler is called before this function has returned.
   * @throws TypeError for the stream of a queue or agent named `.` or `..`, which the path of a URL cannot name.
   */
  subscribe: (subscription: Subscription, handlers?: SubscriptionHandlers) => SubscribedSite;
  /**
   * Sends a command (section 10 of PROTOCOL.md), such as `{ type: "hangup", agent: "1001" }`. Never rejects: see
   * `CommandOutcome`.
   */
  command: (command: CommandInput, options?: CommandOptions) => Promise<CommandOutcome>;
  /**
   * AP4: the site's status.
   * @throws SiteError
   */
  status: () => Promise<SiteStatus>;
  /**
   * AP3: the current states once, without a stream.
   * @throws SiteError
   */
  snapshot: (subscription?: Requested) => Promise<StateAnswer>;
  /**
   * AP13: queue calls, newest first.
   * @throws SiteError
   */
  calls: (query?: CallsQuery) => Promise<CallsAnswer>;
  /**
   * AP12: the figures of queues and agents over time.
   * @throws SiteError
   */
  statistics: (query: StatisticsQuery) => Promise<StatisticsAnswer>;
}>;

/**
 * Opens no connection yet: each subscription has its own stream, and each command is one request.
 * @throws TypeError if `url` is not an HTTP URL; Error if `transport` is `websocket` and the platform has none.
 */
export function connectSite(options: SiteOptions): SiteClient {
  const platform = platformOf(options.platform);
  const http = createHttp(options, `/v1/sites/${encodeURIComponent(options.site)}`, platform);
  const transport = transportsOf(options.transport, http, platform);

  return {
    subscribe: (subscription, handlers = {}) => {
      const feed = new Feed();
      const machine = new SubscriptionMachine(typeof options.token === "function", new Map([[oneSite, feed]]));
      const running = runSubscription(platform, transport(), machine, requestOf(subscription), handlers);
      return { ...running, state: feed.mirror, link: () => feed.link && { ...feed.link, asOf: feed.link.asOf ?? 0 } };
    },
    command: (command, commandOptions = {}) => sendCommand(http, platform, command, commandOptions),
    status: () => http.json(""),
    snapshot: (subscription = {}) => http.json("/state", { query: queryOf(subscription) }),
    calls: (query = {}) => http.json("/calls", { query: callsQueryOf(query) }),
    statistics: (query) => http.json("/statistics", { query: statisticsQueryOf(query) }),
  };
}

/** A path with `..` as one of its segments, percent-encoded or not, is another path: URLs resolve it. */
function segmentOf(name: string): string {
  if (name === "." || name === "..")
    throw new TypeError(`a stream's path cannot name ${name}; subscribe to it as one of agents or queues`);
  return encodeURIComponent(name);
}

function requestOf(subscription: Subscription) {
  if ("queue" in subscription)
    return {
      path: `/queues/${segmentOf(subscription.queue)}/events`,
      query: extrasOf(subscription),
      names: { queues: [subscription.queue] },
    };
  if ("agent" in subscription)
    return {
      path: `/agents/${segmentOf(subscription.agent)}/events`,
      query: { statistics: flag(subscription.statistics) },
      names: { agents: [subscription.agent] },
    };
  const { agents = [], queues = [] } = subscription;
  return {
    path: "/events",
    query: queryOf(subscription),
    names: { agents: agents === "*" ? ["*"] : agents, queues: queues === "*" ? ["*"] : queues },
  };
}
