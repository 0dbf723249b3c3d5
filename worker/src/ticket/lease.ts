/**
 * The decisions about a pbxis-ws ticket (AP8). One client streams with it, one stream after another, each from where
 * the last one ended. A stream holds a lease and renews it. A worker that dies does not renew, so the ticket ends by
 * itself. Pure.
 *
 * | it is   | until                                     | leaves it                                    |
 * |---------|-------------------------------------------|----------------------------------------------|
 * | waiting | `until`, a little after making or release | attached → held; `until` is over → gone      |
 * | held    | `until`, which each renewal moves         | released → waiting; `until` is over → gone   |
 *
 * If two use one ticket at once, the later has the stream: the earlier is most often a dead connection.
 */
import * as z from "zod";
import { TokenRefObject } from "../auth/revoked.ts";
import { CursorObject, FilterObject } from "../filter.ts";
import type { Attached, Place, Subscription } from "./api.ts";

/** How long an unused ticket is valid: the same as in pbxis-ws. */
export const unusedLifeMs = 15_000;
/** A holder that has not renewed for this long is gone. */
export const leaseMs = 45_000;
/** Two renewals in a row may be lost. */
export const renewalIntervalMs = 15_000;

export const LeasedTicket = z.object({
  kind: z.literal("leased"),
  subscription: z.object({
    subject: z.string(),
    token: TokenRefObject.exactOptional(),
    filter: FilterObject,
    expiresAt: z.number().nullable(),
  }),
  since: CursorObject.extend({
    received: z.number().exactOptional(),
    isUnsure: z.literal(true).exactOptional(),
  }).nullable(),
  holder: z.string().nullable(),
  until: z.number(),
});
export type LeasedTicket = Readonly<
  Omit<z.infer<typeof LeasedTicket>, "subscription"> & { subscription: Subscription }
>;

export function beginTicket(subscription: Subscription, now: number): LeasedTicket {
  return { kind: "leased", subscription, since: null, holder: null, until: now + unusedLifeMs };
}

/** The ticket ends when nobody has used it in time, and at the end of its grant in any case. In ms. */
export function endOfTicket({ until, subscription }: LeasedTicket): number {
  return Math.min(until, subscription.expiresAt ?? Number.POSITIVE_INFINITY);
}

type Answered<Answer> = Readonly<{ ticket: LeasedTicket; answer: Answer }>;

export function attach(ticket: LeasedTicket, holder: string, now: number): Answered<Attached> {
  if (now >= endOfTicket(ticket)) return { ticket, answer: { kind: "unknown" } };
  const { subscription, since } = ticket;
  return { ticket: { ...ticket, holder, until: now + leaseMs }, answer: { kind: "attached", subscription, since } };
}

export function renew(ticket: LeasedTicket, holder: string, delivered: Place | null, now: number): Answered<boolean> {
  if (ticket.holder !== holder) return { ticket, answer: false };
  return { ticket: { ...ticket, since: later(ticket.since, delivered), until: now + leaseMs }, answer: true };
}

/** The later position: calls may overtake one another, and none may move the position back. */
function later(since: Place | null, delivered: Place | null): Place | null {
  if (!since || !delivered) return delivered ?? since;
  const ahead = since.sequence - delivered.sequence || (since.received ?? 0) - (delivered.received ?? 0);
  return since.epoch === delivered.epoch && ahead > 0 ? since : delivered;
}

/** The holder stays stored until the next one attaches, so that a repeated call gets the same answer. */
export function release(ticket: LeasedTicket, holder: string, delivered: Place | null, now: number): Answered<boolean> {
  const renewed = renew(ticket, holder, delivered, now);
  if (!renewed.answer) return renewed;
  return { ticket: { ...renewed.ticket, until: now + unusedLifeMs }, answer: true };
}
