/** One site as its clients see it: subscriptions, commands, status. The shell that gives the session its sockets, timers and chance. */
import type { SiteStatus, StateAnswer } from "../protocol/answer.ts";
import type { CommandInput } from "../protocol/command.ts";
import type { SiteEvent } from "../protocol/event.ts";
import type { LinkState } from "../protocol/link.ts";
import { type CommandOptions, type CommandOutcome, sendCommand } from "./command.ts";
import { createHttp, type SiteAddress } from "./http.ts";
import type { Changes, SiteState } from "./mirror.ts";
import { type Platform, platformOf } from "./platform.ts";
import { type Output, Session, type Status } from "./session.ts";
import { type OpenStream, type Stream, sseStreams, webSocketStreams } from "./stream.ts";

export type SiteOptions = SiteAddress &
  Readonly<{
    /** `auto`: WebSocket where there is one and it gets through, otherwise server-sent events by fetch. */
    transport?: "auto" | "websocket" | "sse";
    platform?: Partial<Platform>;
  }>;

type Names = "*" | readonly string[];
/** AP1: names, or `*` for all that the token grants; what is absent names nothing. Or AP2: the stream of one queue or of one agent. */
export type Subscription =
  | Readonly<{ agents?: Names; queues?: Names; summary?: boolean }>
  | Readonly<{ queue: string; summary?: boolean }>
  | Readonly<{ agent: string }>;

/** Called in the order of the stream, after the state has been changed. One that throws is reported, and the stream goes on. */
export type SubscriptionHandlers = Readonly<{
  onChange?: (changes: Changes) => void;
  onOccurrence?: (event: SiteEvent) => void;
  /** Occurrences may be missing: the client was away for longer than the site remembers. */
  onGap?: () => void;
  /** ST3; `asOf` in ms since 1970. */
  onLink?: (link: LinkState, asOf: number) => void;
  onStatus?: (status: Status) => void;
}>;

export type SubscribedSite = Readonly<{
  state: SiteState;
  /** Null before the first snapshot. */
  link: () => Readonly<{ state: LinkState; asOf: number }> | null;
  status: () => Status;
  cursor: () => string | null;
  close: () => void;
}>;

export type SiteClient = Readonly<{
  subscribe: (subscription: Subscription, handlers?: SubscriptionHandlers) => SubscribedSite;
  /** Never rejects: every command ends in one outcome (CM11). */
  command: (command: CommandInput, options?: CommandOptions) => Promise<CommandOutcome>;
  /** AP4. Rejects with a SiteError. */
  status: () => Promise<SiteStatus>;
  /** AP3. Rejects with a SiteError. */
  snapshot: (subscription?: Readonly<{ agents?: Names; queues?: Names; summary?: boolean }>) => Promise<StateAnswer>;
}>;

/** Connects to nothing yet; each subscription has a stream of its own. */
export function connectSite(options: SiteOptions): SiteClient {
  const platform = platformOf(options.platform);
  const http = createHttp(options, platform);
  const { transport = "auto" } = options;
  const { WebSocket } = platform;
  if (transport === "websocket" && !WebSocket) throw new Error("there is no WebSocket here");
  const isRenewable = typeof options.token === "function";

  function transportOfOne(): OpenStream {
    const sse = sseStreams(http, platform);
    if (!WebSocket || transport === "sse") return sse;
    return webSocketStreams(http, platform, WebSocket, transport === "auto" ? sse : null);
  }

  return {
    subscribe: (subscription, handlers = {}) =>
      subscribe(platform, transportOfOne(), isRenewable, subscription, handlers),
    command: (command, commandOptions = {}) => sendCommand(http, platform, command, commandOptions),
    status: () => http.json(""),
    snapshot: (subscription = {}) => http.json("/state", { query: queryOf(subscription) }),
  };
}

function subscribe(
  platform: Platform,
  open: OpenStream,
  isRenewable: boolean,
  subscription: Subscription,
  handlers: SubscriptionHandlers,
): SubscribedSite {
  const session = new Session(isRenewable);
  let stream: Stream | undefined;
  let cancelTimer = (): void => {};

  function connect(since: string | null, freshToken: boolean): void {
    const { path, query, names } = requestOf(subscription);
    const request = { path, query: { ...query, since: since ?? undefined }, names, freshToken };
    stream = open(request, {
      onFrame: (text) => feed({ kind: "frame", text, ...moment() }),
      onHeard: () => feed({ kind: "heard", at: platform.now() }),
      onEnded: (ending) => feed({ kind: "ended", ending, ...moment() }),
    });
  }

  function feed(input: Parameters<Session["handle"]>[0]): void {
    for (const output of session.handle(input)) perform(output);
    cancelTimer();
    const due = session.nextDueAt();
    if (due !== null)
      cancelTimer = platform.setTimer(Math.max(0, due - platform.now()), () => feed({ kind: "due", ...moment() }));
  }

  function perform(output: Output): void {
    switch (output.kind) {
      case "connect":
        // A handler may have closed the subscription while it was told that this comes: nobody would close the stream again.
        if (session.status.kind === "connecting") connect(output.since, output.freshToken);
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
        tellSafely(platform, () => handlers.onStatus?.(output.status));
        break;
      default:
        // A handler may have closed the subscription while a frame was being told: then the rest of it is not.
        if (session.status.kind !== "stopped") tellSafely(platform, () => tell(handlers, output));
    }
  }

  const moment = () => ({ at: platform.now(), random: platform.random() });
  // Later, so that the caller has what this function gives before the first handler is called.
  cancelTimer = platform.setTimer(0, () => feed({ kind: "due", ...moment() }));
  return {
    state: session.mirror,
    link: () => session.link,
    status: () => session.status,
    cursor: () => session.cursor,
    close: () => feed({ kind: "close" }),
  };
}

type Told = Extract<Output, { kind: "changed" | "occurred" | "gap" | "link" }>;

function tell(handlers: SubscriptionHandlers, output: Told): unknown {
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

/** What a handler throws, at once or as an async function, is the page's own fault and must stop neither the stream nor the process. */
function tellSafely(platform: Platform, call: () => unknown): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(platform.reportError);
  } catch (error) {
    platform.reportError(error);
  }
}

function requestOf(subscription: Subscription) {
  if ("queue" in subscription)
    return {
      path: `/queues/${encodeURIComponent(subscription.queue)}/events`,
      query: { summary: flag(subscription.summary) },
      names: { queues: [subscription.queue] },
    };
  if ("agent" in subscription)
    return {
      path: `/agents/${encodeURIComponent(subscription.agent)}/events`,
      query: {},
      names: { agents: [subscription.agent] },
    };
  const { agents = [], queues = [] } = subscription;
  return {
    path: "/events",
    query: queryOf(subscription),
    names: { agents: agents === "*" ? ["*"] : agents, queues: queues === "*" ? ["*"] : queues },
  };
}

function queryOf({ agents, queues, summary }: Readonly<{ agents?: Names; queues?: Names; summary?: boolean }>) {
  return { agents: listed(agents), queues: listed(queues), summary: flag(summary) };
}

function listed(names: Names | undefined): string | undefined {
  return names === undefined || names === "*" ? names : names.join(",");
}

function flag(value: boolean | undefined): string | undefined {
  return value ? "1" : undefined;
}
