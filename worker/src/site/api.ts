/**
 * The RPC interfaces of the Site object and of the scope objects (Queue, Agent, Channel). A call may fail, be repeated,
 * or reach an object that has just woken without memory. Every message carries the positions that make this harmless.
 */
import type {
  Cursor,
  Erasure,
  Filter,
  LinkChange,
  LinkState,
  Names,
  Outcome,
  QueueCall,
  Reach,
  RevocationRequest,
  SiteCommand,
  SiteCounters,
  SiteEvent,
  SiteStatus,
  StatisticsAnswer,
  TokenRef,
} from "@pbxis/shared";
import type { Revoked } from "../auth/revoked.ts";
import type { WebhookSiteApi } from "./webhooks/api.ts";

/** A scope object; `name` is its name in its namespace. */
export type ScopeRef = Readonly<{ kind: "queue" | "agent" | "channel"; name: string }>;
/** What the site delivers to: also the object of a webhook, which is called as a scope object is. */
export type RouteRef = ScopeRef | Readonly<{ kind: "webhook"; name: string }>;

/** What the log holds, in the site's order (ST2). */
export type LogItem = SiteEvent | LinkChange;
export type Sequenced = readonly [sequence: number, item: LogItem];

/** Items that follow one another in the log from position `first`, with the JSON text of each as the log holds it. */
export type Logged = Readonly<{ first: number; items: readonly LogItem[]; texts: readonly string[] }>;

/**
 * Matching items from `first` to `last`, as text that a scope object sends on without parsing it: a change of the link,
 * or the JSON of events with commas between them ([ADR 7](../../../docs/adr/0007-deliveries-are-text.md)).
 */
export type Part = Readonly<{ kind: "events" | "link"; first: number; last: number; text: string }>;

/**
 * Everything in (`after`, `through`] that matched a scope's interest. A receiver before `after`, or in another epoch,
 * has missed something and calls `read` from its own position. So does a receiver whose position is within a part.
 */
export type Delivery = Readonly<{
  epoch: string;
  after: number;
  through: number;
  parts: readonly Part[];
  /** Tokens that were revoked a short time ago (AP17). */
  revoked?: Revoked;
}>;

/** All tokens that are revoked. `version` is another one after each revocation. */
export type RevokedList = Readonly<{ version: string; revoked: Revoked }>;

type OccurrencesSince = Readonly<{ begun: number; items: readonly Sequenced[] }>;

/** A client's filter and position; `since` null asks for a snapshot. */
export type Ask = Readonly<{ filter: Filter; since: Cursor | null }>;

/**
 * ST1 as data: what came after the requested position, or all states. `text` is the JSON of the states with commas
 * between them, because a big site's snapshot has a megabyte that most receivers only send on. `since` is for a client
 * that was there when the epoch began, at position `begun`: the occurrences after it, which the states stand for
 * otherwise (UP6).
 */
export type ReadResult =
  | Readonly<{
      kind: "snapshot";
      cursor: Cursor;
      link: LinkState;
      asOf: number;
      text: string;
      since?: OccurrencesSince;
    }>
  | Readonly<{ kind: "events"; cursor: Cursor; items: readonly Sequenced[] }>;

/**
 * A command for the connector. `id` is chosen by the caller, so that repeating a broken call is harmless; `key` is the
 * client's idempotency key (CM12), and `subject` is that of its grant. `deadlineMs` counts from when the site accepts
 * the command.
 */
export type CommandRequest = Readonly<{
  id: string;
  subject: string;
  key: string | null;
  command: SiteCommand;
  reach: Reach;
  deadlineMs: number;
}>;

/**
 * `accepted`: `id` is that of the first command with this key; `outcome` is null while it is under way. `refused`:
 * nothing was started, except with `outcome_unknown`, which the caller uses for a site that did not answer.
 */
export type CommandReply =
  | Readonly<{ kind: "accepted"; id: string; outcome: Outcome | null }>
  | Readonly<{
      kind: "refused";
      code: "key_reused" | "too_fast" | "unavailable" | "outcome_unknown" | "unauthorized";
      message: string;
    }>;

/** A command in the site's ledger. `outcome` is null while it is under way. */
export type CommandRecord = Readonly<{ id: string; command: SiteCommand; outcome: Outcome | null }>;

/**
 * AP12. `queues` or `agents` null: none of that kind. `from` and `to` (ms) are null for today so far. All intervals that
 * overlap the span are in the report, whole.
 */
export type ReportQuery = Readonly<{
  queues: Names | null;
  agents: Names | null;
  from: number | null;
  to: number | null;
  interval: ReportInterval;
}>;

export const reportIntervals = ["15m", "1h", "day"] as const;
export type ReportInterval = (typeof reportIntervals)[number];

/** Rows of one report. */
export const maxReportRows = 10_000;
export type Report = Readonly<{ kind: "rows"; answer: StatisticsAnswer }> | Readonly<{ kind: "too_large" }>;

/** Where a call is in the list: when its wait ended (ms), and a number that no other call has. The list has that order. */
export type CallPlace = Readonly<{ ended: number; id: number }>;

/**
 * `from` and `to` (ms) bound the end of the wait: from it on, and before it. `agents` null is any agent, and none.
 * `outcomes` null is any. `after` is the place of the last call of the page before.
 */
export type CallQuery = Readonly<{
  from: number | null;
  to: number | null;
  queues: Names;
  agents: Names | null;
  outcomes: readonly string[] | null;
  number: string | null;
  limit: number;
  after: CallPlace | null;
}>;

/** `next`: where the next page begins; null if there is none. */
export type CallPage = Readonly<{ calls: readonly QueueCall[]; next: CallPlace | null }>;

/**
 * Registers `ref` for everything that matches `interest`. `endsAt`: when the first of its clients' grants ends, ms since
 * 1970; null for never. A new scope counts for `holder`, the subject of a client's grant.
 */
export type Join = Readonly<{
  ref: ScopeRef;
  interest: Filter;
  endsAt: number | null;
  holder: string;
  asks: readonly Ask[];
  /** The version of the revoked tokens that the scope knows; null for none. */
  revocations: string | null;
}>;

/**
 * `revocations`: what is revoked, if the scope knows another version. `isNew`: the site had no route to the scope, so
 * deliveries begin at the results' cursor. `refused`: `message` says why, for the clients of the holder.
 */
export type JoinReply =
  | Readonly<{ kind: "joined"; isNew: boolean; results: readonly ReadResult[]; revocations?: RevokedList }>
  | Readonly<{ kind: "refused"; message: string }>;

/** The calls that requests with a token make. */
export type CallOfToken =
  | "status"
  | "counters"
  | "read"
  | "command"
  | "commandRecord"
  | "statistics"
  | "calls"
  | "revoke"
  | "erase"
  | "webhooks"
  | "deleteAll";
export type ForToken<Answer> = Readonly<{ isRevoked: true }> | Readonly<{ isRevoked: false; answer: Answer }>;

/** The Site object's methods. The platform keeps the order of calls on one stub. */
export type SiteApi = WebhookSiteApi & {
  status(site: string): Promise<SiteStatus>;
  counters(site: string): Promise<SiteCounters>;
  /** Reads without registering; `since` null asks for a snapshot. */
  read(filter: Filter, since: Cursor | null): Promise<ReadResult>;
  /**
   * Registers a scope and reads, in one step: deliveries continue from the results' cursor without a gap. The results
   * are those of the first asks: at least one, and as many as one answer may hold. A new scope is refused if its holder
   * has its share.
   * @throws RangeError if the site has no room for another scope, or for so many names.
   */
  join(join: Join): Promise<JoinReply>;
  /**
   * `ref` has no clients any more. The site asks it by an empty delivery before it removes the route, because a later
   * `join` may have overtaken this call. An unknown ref is ignored.
   */
  leave(ref: ScopeRef): Promise<void>;
  /** Accepts a command; with `wait` it answers when the command has ended. */
  command(request: CommandRequest, wait: boolean): Promise<CommandReply>;
  /** Null for a command that is not known, or not any more. */
  commandRecord(id: string): Promise<CommandRecord | null>;
  /** AP12: the figures of queues and agents by interval. */
  statistics(query: ReportQuery): Promise<Report>;
  /** AP13: a page of queue calls, newest first. */
  calls(query: CallQuery): Promise<CallPage>;
  isRevoked(token: TokenRef): Promise<boolean>;
  /**
   * AP17: one of the other calls, for the holder of `token`; null for a request that needs none. For a revoked token the
   * call is not made. One call of an object costs less than two, and no revocation comes between.
   */
  callAs<Name extends CallOfToken>(
    token: TokenRef | null,
    name: Name,
    args: Parameters<SiteApi[Name]>,
  ): Promise<ForToken<Awaited<ReturnType<SiteApi[Name]>>>>;
  /** AP17: `id` is the digest of a `jti`. Returns how many revocations the site keeps; null if there is no room. */
  revoke(request: RevocationRequest, id: string): Promise<number | null>;
  /** AP16: takes a caller's number, and the names beside it, out of everything that the site stores. */
  erase(number: string): Promise<Erasure>;
  /**
   * AP16: ends all streams and the uplink, and deletes everything. Returns how many objects had streams.
   * @throws if one of them cannot be reached. Nothing of the site is deleted then.
   */
  deleteAll(): Promise<number>;
};

/** How many clients a scope has, and when the first of their grants ends, ms since 1970; null for never. */
export type Audience = Readonly<{ clients: number; endsAt: number | null }>;

/** The scope objects' methods. */
export type ScopeApi = {
  /** Delivers what matched, and closes the clients whose grants have ended. Without clients the route is removed. */
  deliver(delivery: Delivery): Promise<Audience>;
  /** AP16: closes all clients, which come back later, and deletes what is stored. */
  deleteAll(): Promise<void>;
};
