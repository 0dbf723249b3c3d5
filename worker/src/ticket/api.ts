/**
 * What the worker asks a Ticket object. There is one object a ticket; its name has the site in it, so that a ticket is nothing at another
 * site. Calls may be repeated after a broken one: each gives the same answer again.
 */
import type { Cursor, Filter, Grant } from "@pbxis/shared";

/** What a ticket passes on of its minter's grant; a ticket never commands anything. */
export type TicketGrant = Readonly<Pick<Grant, "agents" | "queues" | "expiresAt">>;

/** AP6. `unknown` is also what a ticket of the other kind is. */
export type Claim =
  | Readonly<{ kind: "granted"; grant: TicketGrant }>
  | Readonly<{ kind: "used" | "expired" | "unknown" }>;

/** AP8. What a pbxis-ws ticket streams, already narrowed; `expiresAt` (ms) is the end of the grant it was made with. */
export type Subscription = Readonly<{ filter: Filter; expiresAt: number | null }>;

/** `since`: after the last event that was delivered with this ticket; null before the first. */
export type Attached =
  | Readonly<{ kind: "attached"; subscription: Subscription; since: Cursor | null }>
  | Readonly<{ kind: "unknown" }>;

export type TicketApi = {
  /** AP6: makes this object a ticket for one stream, to be begun before `expiresAt` (ms). */
  mint(grant: TicketGrant, expiresAt: number): Promise<void>;
  /** Uses the ticket up. `claimant` is one request's own: asking again as the same is granted again. */
  claim(claimant: string): Promise<Claim>;
  /** AP8: makes this object a ticket for one stream after another. */
  begin(subscription: Subscription): Promise<void>;
  /** Takes the stream, from whoever had it. */
  attach(holder: string): Promise<Attached>;
  /** Renews the lease, and remembers how far was delivered unless that is null. False: another one has the stream now, or the ticket is gone. */
  renew(holder: string, delivered: Cursor | null): Promise<boolean>;
  /** Gives the stream back; the ticket is good for a little while yet. False as in `renew`, and then nothing was remembered. */
  release(holder: string, delivered: Cursor | null): Promise<boolean>;
};
