/**
 * The RPC interface of a Ticket object. There is one object for each ticket. Its name contains the site, so that a
 * ticket is unknown at another site. A call may be repeated after it broke: it gives the same answer again.
 */
import type { Cursor, Filter, Grant, TokenRef } from "@pbxis/shared";

/**
 * What a ticket inherits of the grant of the client that made it. A ticket never allows a command. `sites`: of a ticket
 * for several sites, what it grants at each; the lists beside it are then empty.
 */
export type TicketGrant = Readonly<
  Pick<Grant, "subject" | "token" | "agents" | "queues" | "callers" | "expiresAt"> & {
    sites?: Readonly<Record<string, Pick<Grant, "agents" | "queues" | "callers">>>;
  }
>;

/** AP6. `unknown` is also the answer for a ticket of the other kind. */
export type Claim =
  | Readonly<{ kind: "granted"; grant: TicketGrant }>
  | Readonly<{ kind: "used" | "expired" | "unknown" }>;

/**
 * AP8. What a pbxis-ws ticket streams, already narrowed by the grant, whose holder is `subject`; `expiresAt` (ms) is
 * the end of that grant.
 */
export type Subscription = Readonly<{
  subject: string;
  token?: TokenRef;
  filter: Filter;
  expiresAt: number | null;
}>;

/**
 * A position of AP8: after the cursor, and after `received` of the occurrences that follow it (none if it is missing).
 * `isUnsure`: the cursor is that of a snapshot, and the client may have received a part of it and nothing else.
 */
export type Place = Readonly<Cursor & { received?: number; isUnsure?: true }>;

/** `since`: the position after the last event that was delivered with this ticket; null before the first. */
export type Attached =
  | Readonly<{ kind: "attached"; subscription: Subscription; since: Place | null }>
  | Readonly<{ kind: "unknown" }>;

export type TicketApi = {
  /** The random secret that this object keeps, made with the first call. One object alone is asked for it. */
  secret(): Promise<Uint8Array>;
  /** AP6: makes this object a ticket for one stream, to be begun before `expiresAt` (ms). */
  mint(grant: TicketGrant, expiresAt: number): Promise<void>;
  /** Uses the ticket up. `claimant` is unique to one request; the same claimant is granted the ticket again. */
  claim(claimant: string): Promise<Claim>;
  /** AP8: makes this object a ticket for one stream after another. */
  begin(subscription: Subscription): Promise<void>;
  /** Makes `holder` the owner of the stream, in place of any other. */
  attach(holder: string): Promise<Attached>;
  /**
   * Renews the lease, and stores the position up to which events were delivered, unless that is null. False if the
   * stream has another holder now, or the ticket is gone.
   */
  renew(holder: string, delivered: Place | null): Promise<boolean>;
  /**
   * Gives the stream back; the ticket stays valid for a short time. False as in `renew`, and then nothing was stored.
   */
  release(holder: string, delivered: Place | null): Promise<boolean>;
};
