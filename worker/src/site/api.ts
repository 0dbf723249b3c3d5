/**
 * What the Site object and the scope objects (Queue, Agent, Channel) say to each other by RPC.
 * A call may fail, be repeated or find the other side freshly woken: every message carries the positions that make that harmless.
 */
import type { Cursor, Event, Filter, LinkChange, LinkState } from "@pbxis/shared";

/** Which object; `name` is the name it is found by in its namespace. */
export type ScopeRef = Readonly<{ kind: "queue" | "agent" | "channel"; name: string }>;

/** What the log holds, in the site's one order (ST2). */
export type LogItem = Event | LinkChange;
export type Sequenced = readonly [sequence: number, item: LogItem];

/**
 * All that matched a scope's interest in (`after`, `through`]. A receiver that is at an earlier position than `after`, or in another
 * epoch, has missed something and asks `read` from its own position.
 */
export type Delivery = Readonly<{ epoch: string; after: number; through: number; items: readonly Sequenced[] }>;

/** ST1 as data: either what came after the position asked for, or everything. */
export type ReadResult =
  | Readonly<{ kind: "snapshot"; cursor: Cursor; link: LinkState; asOf: number; events: readonly Event[] }>
  | Readonly<{ kind: "events"; cursor: Cursor; items: readonly Sequenced[] }>;

/** AP4. Times in ms since 1970, null where it never was. */
export type SiteStatus = Readonly<{
  site: string;
  link: LinkState;
  asOf: number;
  connector: Readonly<{ online: boolean; version: string | null; since: number | null }>;
  ami: Readonly<{ up: boolean; asteriskVersion: string | null }>;
  cursor: string;
  lastChange: number | null;
}>;

/** The Site object's methods; their order on one stub is kept. */
export type SiteApi = {
  status(site: string): Promise<SiteStatus>;
  /** Reads without registering anything; `since` null asks for the snapshot. */
  read(filter: Filter, since: Cursor | null): Promise<ReadResult>;
  /** Registers `ref` for everything that matches `interest` and reads, in one step: deliveries go on gaplessly from the result's cursor. */
  join(ref: ScopeRef, interest: Filter, filter: Filter, since: Cursor | null): Promise<ReadResult>;
  /** Forgets `ref`; unknown refs are fine. */
  leave(ref: ScopeRef): Promise<void>;
};

/** The scope objects' methods. */
export type ScopeApi = {
  /** Hands on what matched; `clients` 0 tells the site that nobody listens any more and the route can go. */
  deliver(delivery: Delivery): Promise<{ clients: number }>;
};
