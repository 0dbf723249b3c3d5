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
import { createHttp, type SiteAddress } from "./http.ts";
import type { MachineInput, MachineOutput, SubscriptionStatus } from "./machine-io.ts";
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
import { type OpenStream, type Stream, sseStreams, webSocketStreams } from "./stream.ts";
import { SubscriptionMachine } from "./subscription-machine.ts";

export type SiteOptions = SiteAddress &
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
  const http = createHttp(options, platform);
  const { transport = "auto" } = options;
  const { WebSocket } = platform;
  if (transport === "websocket" && !WebSocket) throw new Error("this platform has no WebSocket");
  const canRenewToken = typeof options.token === "function";

  function newTransport(): OpenStream {
    const sse = sseStreams(http, platform);
    if (!WebSocket || transport === "sse") return sse;
    return webSocketStreams(http, platform, WebSocket, transport === "auto" ? sse : null);
  }

  return {
    subscribe: (subscription, handlers = {}) =>
      subscribe(platform, newTransport(), canRenewToken, subscription, handlers),
    command: (command, commandOptions = {}) => sendCommand(http, platform, command, commandOptions),
    status: () => http.json(""),
    snapshot: (subscription = {}) => http.json("/state", { query: queryOf(subscription) }),
    calls: (query = {}) => http.json("/calls", { query: callsQueryOf(query) }),
    statistics: (query) => http.json("/statistics", { query: statisticsQueryOf(query) }),
  };
}

function subscribe(
  platform: Platform,
  open: OpenStream,
  canRenewToken: boolean,
  subscription: Subscription,
  handlers: SubscriptionHandlers,
): SubscribedSite {
  const { path, query, names } = requestOf(subscription);
  const machine = new SubscriptionMachine(canRenewToken);
  let stream: Stream | undefined;
  let cancelTimer = (): void => {};
  let ignoreWake = (): void => {};

  function connect(since: string | null, freshToken: boolean): void {
    const request = { path, query: { ...query, since: since ?? undefined }, names, freshToken };
    stream = open(request, {
      onFrame: (text) => handle({ kind: "frame", text, ...tick() }),
      onActivity: () => handle({ kind: "activity", steadyMs: platform.now() }),
      onEnded: (end) => handle({ kind: "ended", end, ...tick() }),
    });
  }

  function handle(input: MachineInput): void {
    for (const output of machine.handle(input)) perform(output);
    cancelTimer();
    const due = machine.nextDueAt();
    if (due === null) ignoreWake();
    else cancelTimer = platform.setTimer(Math.max(0, due - platform.now()), () => handle({ kind: "due", ...tick() }));
  }

  function perform(output: MachineOutput): void {
    switch (output.kind) {
      case "connect":
        // The status handler may have closed the subscription just before. A stream opened now would never be closed.
        if (machine.status.kind === "connecting") connect(output.since, output.freshToken);
        break;
      case "acknowledge":
        stream?.acknowledge(output.cursor);
        break;
      case "ping":
        stream?.ping();
        break;
      case "disconnect":
        stream?.close();
        break;
      case "status":
        callSafely(platform, () => handlers.onStatus?.(output.status));
        break;
      default:
        // A handler may have closed the subscription in the middle of a frame. The rest of the frame is then dropped.
        if (machine.status.kind !== "stopped") callSafely(platform, () => callHandler(handlers, output));
    }
  }

  const tick = () => ({ steadyMs: platform.now(), random: platform.random() });
  ignoreWake = platform.onWake(() =>
    handle({ kind: "wake", steadyMs: platform.now(), canPing: stream?.answersPings ?? false }),
  );
  // Deferred, so that the caller has the returned object before the first handler is called.
  cancelTimer = platform.setTimer(0, () => handle({ kind: "due", ...tick() }));
  return {
    state: machine.mirror,
    link: () => machine.link,
    status: () => machine.status,
    cursor: () => machine.cursor,
    close: () => handle({ kind: "close" }),
  };
}

type HandlerOutput = Extract<MachineOutput, { kind: "changed" | "occurred" | "gap" | "link" }>;

function callHandler(handlers: SubscriptionHandlers, output: HandlerOutput): unknown {
  switch (output.kind) {
    case "changed":
      return handlers.onChange?.(output.changes);
    case "occurred":
      return handlers.onOccurrence?.(output.event);
    case "gap":
      return handlers.onGap?.();
    case "link":
      return handlers.onLink?.(output.link, output.asOf);
  }
}

/**
 * Reports what a handler throws or rejects with: an error of the caller must stop neither the stream nor the process.
 */
function callSafely(platform: Platform, call: () => unknown): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(platform.reportError);
  } catch (error) {
    platform.reportError(error);
  }
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
