/**
 * The Ticket object: stores one ticket, lets the pure parts decide, and deletes everything when the ticket need not be
 * known any more.
 */
import { DurableObject } from "cloudflare:workers";
import * as z from "zod";
import type { Env } from "../env.ts";
import { logUnreadable, seal, unseal } from "../stored.ts";
import type { Attached, Claim, Place, Subscription, TicketApi, TicketGrant } from "./api.ts";
import { attach, beginTicket, endOfTicket, LeasedTicket, release, renew } from "./lease.ts";
import { claimTicket, forgottenAt, mintTicket, SingleUseTicket } from "./single-use.ts";

type Ticket = SingleUseTicket | LeasedTicket;
const Ticket: z.ZodType<Ticket> = z.discriminatedUnion("kind", [SingleUseTicket, LeasedTicket]);

/** To be raised with each change of the two ticket schemas, but for a field that tickets of either build may lack. */
const ticketVersion = 2;
const key = "ticket";
const secretKey = "secret";

/**
 * Storage is read and written synchronously, so that each method is atomic: of two claims at once, one is the first.
 * An object is called for tickets that this deployment has signed, and for no others.
 */
export class TicketObject extends DurableObject<Env> implements TicketApi {
  async secret(): Promise<Uint8Array> {
    const { kv } = this.ctx.storage;
    const kept = kv.get(secretKey);
    if (kept instanceof Uint8Array) return kept;
    const secret = crypto.getRandomValues(new Uint8Array(32));
    kv.put(secretKey, secret);
    return secret;
  }

  async mint(grant: TicketGrant, expiresAt: number): Promise<void> {
    if (!this.#read()) await this.#keep(mintTicket(grant, expiresAt));
  }

  async claim(claimant: string): Promise<Claim> {
    const ticket = this.#read();
    if (ticket?.kind !== "single-use") return { kind: "unknown" };
    const claimed = claimTicket(ticket, claimant, Date.now());
    if (claimed.ticket !== ticket) this.#write(claimed.ticket);
    return claimed.claim;
  }

  async begin(subscription: Subscription): Promise<void> {
    if (!this.#read()) await this.#keep(beginTicket(subscription, Date.now()));
  }

  async attach(holder: string): Promise<Attached> {
    return this.#change((ticket) => attach(ticket, holder, Date.now())) ?? { kind: "unknown" };
  }

  async renew(holder: string, delivered: Place | null): Promise<boolean> {
    return this.#change((ticket) => renew(ticket, holder, delivered, Date.now())) ?? false;
  }

  async release(holder: string, delivered: Place | null): Promise<boolean> {
    const released = this.#change((ticket) => release(ticket, holder, delivered, Date.now())) ?? false;
    const ticket = this.#read();
    if (ticket) await this.ctx.storage.setAlarm(endOf(ticket));
    return released;
  }

  /** A renewal does not move the alarm, so the alarm may ring too early and is set again. */
  override async alarm(): Promise<void> {
    const ticket = this.#read();
    if (ticket && Date.now() < endOf(ticket)) await this.ctx.storage.setAlarm(endOf(ticket));
    else await this.ctx.storage.deleteAll();
  }

  /** A ticket that cannot be read is deleted; its user gets a new one. */
  #read(): Ticket | undefined {
    const stored = this.ctx.storage.kv.get(key);
    if (stored === undefined) return undefined;
    const ticket = unseal(Ticket, ticketVersion, stored);
    if (ticket.ok) return ticket.value;
    logUnreadable({ object: this.#site(), store: "ticket" }, ticket, "the ticket is deleted, and unknown from now on");
    this.ctx.storage.kv.delete(key);
    return undefined;
  }

  /** The object's name up to the ticket itself, which is a secret. */
  #site(): string {
    return this.ctx.id.name?.split("/")[0] ?? "?";
  }

  #write(ticket: Ticket): void {
    this.ctx.storage.kv.put(key, seal(ticketVersion, ticket));
  }

  /** Nothing else would ever delete a ticket whose alarm could not be set. */
  async #keep(ticket: Ticket): Promise<void> {
    this.#write(ticket);
    try {
      await this.ctx.storage.setAlarm(endOf(ticket));
    } catch (error) {
      this.ctx.storage.kv.delete(key);
      throw error;
    }
  }

  #change<Answer>(
    change: (ticket: LeasedTicket) => Readonly<{ ticket: LeasedTicket; answer: Answer }>,
  ): Answer | undefined {
    const ticket = this.#read();
    if (ticket?.kind !== "leased") return undefined;
    const changed = change(ticket);
    if (changed.ticket !== ticket) this.#write(changed.ticket);
    return changed.answer;
  }
}

function endOf(ticket: Ticket): number {
  return ticket.kind === "leased" ? endOfTicket(ticket) : forgottenAt(ticket);
}
