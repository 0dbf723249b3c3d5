/**
 * AP8 as pure decisions: a pbxis-ws ticket, with which one client streams, again and again, each time from where the last time ended.
 * Who streams holds a lease and renews it; a worker that dies does not, so that the ticket ends by itself.
 *
 * | it is   | until                                     | leaves it                                    |
 * |---------|-------------------------------------------|----------------------------------------------|
 * | waiting | `until`, a little after making or release | attached → held; `until` is over → gone      |
 * | held    | `until`, which each renewal moves         | released → waiting; `until` is over → gone   |
 *
 * Of two who use one ticket at once the later has the stream: the earlier is most often a connection that has died unnoticed.
 */
import type { Cursor } from "@pbxis/shared";
import * as z from "zod";
import { CursorObject, FilterObject } from "../scope/connect.ts";
import type { Attached, Subscription } from "./api.ts";

/** How long an unused ticket is good for: pbxis-ws's own time. */
export const graceMs = 15_000;
/** A holder that was not heard of for this long is gone. */
export const leaseMs = 45_000;
/** Two renewals may be lost. */
export const renewalIntervalMs = 15_000;

export const LeasedTicket = z.object({
  kind: z.literal("leased"),
  subscription: z.object({ filter: FilterObject, expiresAt: z.number().nullable() }),
  since: CursorObject.nullable(),
  holder: z.string().nullable(),
  until: z.number(),
});
export type LeasedTicket = Readonly<
  Omit<z.infer<typeof LeasedTicket>, "subscription"> & { subscription: Subscription }
>;

export function beginTicket(subscription: Subscription, now: number): LeasedTicket {
  return { kind: "leased", subscription, since: null, holder: null, until: now + graceMs };
}

/** Over when nobody used it in time, and at the end of its grant in any case. */
export function endOfTicket({ until, subscription }: LeasedTicket): number {
  return Math.min(until, subscription.expiresAt ?? Number.POSITIVE_INFINITY);
}

type Answered<Answer> = Readonly<{ ticket: LeasedTicket; answer: Answer }>;

export function attach(ticket: LeasedTicket, holder: string, now: number): Answered<Attached> {
  if (now >= endOfTicket(ticket)) return { ticket, answer: { kind: "unknown" } };
  const { subscription, since } = ticket;
  return { ticket: { ...ticket, holder, until: now + leaseMs }, answer: { kind: "attached", subscription, since } };
}

export function renew(ticket: LeasedTicket, holder: string, delivered: Cursor | null, now: number): Answered<boolean> {
  if (ticket.holder !== holder) return { ticket, answer: false };
  return { ticket: { ...ticket, since: later(ticket.since, delivered), until: now + leaseMs }, answer: true };
}

/** Reports may overtake one another: none takes the position back. */
function later(since: Cursor | null, delivered: Cursor | null): Cursor | null {
  if (!since || !delivered) return delivered ?? since;
  return since.epoch === delivered.epoch && since.sequence > delivered.sequence ? since : delivered;
}

/** Its holder stays written down until the next one comes, so that a repeated call gets the same answer. */
export function release(
  ticket: LeasedTicket,
  holder: string,
  delivered: Cursor | null,
  now: number,
): Answered<boolean> {
  const renewed = renew(ticket, holder, delivered, now);
  if (!renewed.answer) return renewed;
  return { ticket: { ...renewed.ticket, until: now + graceMs }, answer: true };
}
