/**
 * What the Site object and the scope objects (Queue, Agent, Channel) say to each other by RPC.
 * A call may fail, be repeated or find the other side freshly woken: every message carries the positions that make that harmless.
 */
import type {
  Cursor,
  Filter,
  LinkChange,
  LinkState,
  Outcome,
  Reach,
  SiteCommand,
  SiteCounters,
  SiteEvent,
  SiteStatus,
} from "@pbxis/shared";

/** Which object; `name` is the name it is found by in its namespace. */
export type ScopeRef = Readonly<{ kind: "queue" | "agent" | "channel"; name: string }>;

/** What the log holds, in the site's one order (ST2). */
export type LogItem = SiteEvent | LinkChange;
export type Sequenced = readonly [sequence: number, item: LogItem];

/** Items that follow one another in the log, the first at `first`, with the JSON of each, which is what the log holds. */
export type Logged = Readonly<{ first: number; items: readonly LogItem[]; texts: readonly string[] }>;

/**
 * Matching items from `first` to `last` as text that a scope hands on without reading it: a change of the link, or the JSON of events with
 * commas between them ([ADR 7](../../../docs/adr/0007-deliveries-are-text.md)).
 */
export type Part = Readonly<{ kind: "events" | "link"; first: number; last: number; text: string }>;

/**
 * All that matched a scope's interest in (`after`, `through`]. A receiver that is at an earlier position than `after`, or in another
 * epoch, has missed something and asks `read` from its own position; so does one that is within a part.
 */
export type Delivery = Readonly<{ epoch: string; after: number; through: number; parts: readonly Part[] }>;

/** ST1 as data: either what came after the position asked for, or everything. */
export type ReadResult =
  | Readonly<{ kind: "snapshot"; cursor: Cursor; link: LinkState; asOf: number; events: readonly SiteEvent[] }>
  | Readonly<{ kind: "events"; cursor: Cursor; items: readonly Sequenced[] }>;

/**
 * A command on its way to the connector. `id` is the sender's own, so that asking again after a broken call is harmless; `key` is the
 * client's (CM12). `deadlineMs` counts from when the site takes it.
 */
export type CommandRequest = Readonly<{
  id: string;
  key: string | null;
  command: SiteCommand;
  reach: Reach;
  deadlineMs: number;
}>;

/**
 * `accepted`: `id` is that of the first command with this key; `outcome` is null while it is under way. `refused`: nothing was started; but
 * with `outcome_unknown`, which is said for a site that did not answer, nobody knows.
 */
export type CommandReply =
  | Readonly<{ kind: "accepted"; id: string; outcome: Outcome | null }>
  | Readonly<{ kind: "refused"; code: "key_reused" | "unavailable" | "outcome_unknown"; message: string }>;

/** What the site's ledger knows of a command; its outcome is null while it is under way. */
export type CommandRecord = Readonly<{ id: string; command: SiteCommand; outcome: Outcome | null }>;

/** The Site object's methods; their order on one stub is kept. */
export type SiteApi = {
  status(site: string): Promise<SiteStatus>;
  counters(site: string): Promise<SiteCounters>;
  /** Reads without registering anything; `since` null asks for the snapshot. */
  read(filter: Filter, since: Cursor | null): Promise<ReadResult>;
  /** Registers `ref` for everything that matches `interest` and reads, in one step: deliveries go on gaplessly from the result's cursor. */
  join(ref: ScopeRef, interest: Filter, filter: Filter, since: Cursor | null): Promise<ReadResult>;
  /** `ref` has nobody who listens, so it says: it is asked, for a join may have overtaken this; then forgotten. Unknown refs are fine. */
  leave(ref: ScopeRef): Promise<void>;
  /** Takes a command; with `wait` answers when it has ended. */
  command(request: CommandRequest, wait: boolean): Promise<CommandReply>;
  /** Null for one that is not known, or no longer. */
  commandRecord(id: string): Promise<CommandRecord | null>;
};

/** The scope objects' methods. */
export type ScopeApi = {
  /** Hands on what matched; `clients` 0 tells the site that nobody listens any more and the route can go. */
  deliver(delivery: Delivery): Promise<{ clients: number }>;
};
