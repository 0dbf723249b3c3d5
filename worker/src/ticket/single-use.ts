/**
 * AP6 as pure decisions: a ticket that is good for one stream.
 *
 * | it is   | until                              | a claim is told                           |
 * |---------|------------------------------------|-------------------------------------------|
 * | fresh   | claimed, or `expiresAt`            | granted                                   |
 * | used    | `forgottenAt`                      | used; granted again to the same claimant  |
 * | expired | `forgottenAt`                      | expired                                   |
 */
import * as z from "zod";
import type { Claim, TicketGrant } from "./api.ts";

/** How long a ticket is good for. */
export const ticketLifeMs = 60_000;
/** How long after that a late comer is told what became of it. */
export const rememberedMs = 600_000;

const names = z.array(z.string()).readonly();

export const SingleUseTicket = z.object({
  kind: z.literal("single-use"),
  grant: z.object({ agents: names, queues: names, expiresAt: z.number().nullable() }),
  expiresAt: z.number(),
  claimant: z.string().nullable(),
});
export type SingleUseTicket = Readonly<z.infer<typeof SingleUseTicket>>;

/** No ticket outlives the token that it was made with. */
export function ticketEnd(grant: Pick<TicketGrant, "expiresAt">, now: number): number {
  return Math.min(now + ticketLifeMs, grant.expiresAt ?? Number.POSITIVE_INFINITY);
}

export function mintTicket(grant: TicketGrant, expiresAt: number): SingleUseTicket {
  return { kind: "single-use", grant, expiresAt, claimant: null };
}

/** `ticket` is what is to be kept from now on. */
export function claimTicket(
  ticket: SingleUseTicket,
  claimant: string,
  now: number,
): Readonly<{ ticket: SingleUseTicket; claim: Claim }> {
  const { grant } = ticket;
  if (ticket.claimant === claimant) return { ticket, claim: { kind: "granted", grant } };
  if (ticket.claimant !== null) return { ticket, claim: { kind: "used" } };
  if (now >= ticket.expiresAt) return { ticket, claim: { kind: "expired" } };
  return { ticket: { ...ticket, claimant }, claim: { kind: "granted", grant } };
}

export function forgottenAt({ expiresAt }: SingleUseTicket): number {
  return expiresAt + rememberedMs;
}
