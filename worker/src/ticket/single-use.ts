/**
 * The decisions about a ticket for one stream (AP6). Pure.
 *
 * | it is   | until                              | a claim is answered                       |
 * |---------|------------------------------------|-------------------------------------------|
 * | fresh   | claimed, or `expiresAt`            | granted                                   |
 * | used    | `forgottenAt`                      | used; granted again to the same claimant  |
 * | expired | `forgottenAt`                      | expired                                   |
 */
import * as z from "zod";
import { TokenRefObject } from "../auth/revoked.ts";
import type { Claim, TicketGrant } from "./api.ts";

/** How long a ticket is valid. */
export const ticketLifeMs = 60_000;
/** How long after that a late claim still gets `used` or `expired`. */
export const rememberedMs = 600_000;

const names = z.array(z.string()).readonly();

export const SingleUseTicket = z.object({
  kind: z.literal("single-use"),
  grant: z.object({
    subject: z.string(),
    token: TokenRefObject.exactOptional(),
    agents: names,
    queues: names,
    callers: z.boolean().default(false),
    expiresAt: z.number().nullable(),
    sites: z.record(z.string(), z.object({ agents: names, queues: names, callers: z.boolean() })).exactOptional(),
  }),
  expiresAt: z.number(),
  claimant: z.string().nullable(),
});
export type SingleUseTicket = Readonly<z.infer<typeof SingleUseTicket>>;

/** No ticket outlives the token that it was made with. In ms. */
export function ticketEnd(grant: Pick<TicketGrant, "expiresAt">, now: number): number {
  return Math.min(now + ticketLifeMs, grant.expiresAt ?? Number.POSITIVE_INFINITY);
}

export function mintTicket(grant: TicketGrant, expiresAt: number): SingleUseTicket {
  return { kind: "single-use", grant, expiresAt, claimant: null };
}

/** `ticket` is what is to be stored from now on. */
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
