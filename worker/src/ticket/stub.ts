/** How a ticket is made, and how its object is found. */
import type { Env } from "../env.ts";
import type { TicketApi } from "./api.ts";

/** 192 bits, so that a ticket cannot be guessed. */
const randomBytes = 24;
const pattern = /^[A-Za-z0-9_-]{32}$/;

export function newTicket(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(randomBytes));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** Undefined for text that cannot be a ticket, so that no object is made for it. */
function ticketOf(env: Pick<Env, "TICKET">, site: string, ticket: string): TicketApi | undefined {
  return pattern.test(ticket) ? env.TICKET.getByName(`${site}/${ticket}`) : undefined;
}

/**
 * Calls a Ticket object, and once more on a new stub if that fails: an object that moved or restarted breaks its stubs.
 * Rejects if the second call fails.
 */
export async function askTicket<Answer>(
  env: Pick<Env, "TICKET">,
  site: string,
  ticket: string,
  ask: (object: TicketApi) => Promise<Answer>,
): Promise<Answer | undefined> {
  const object = ticketOf(env, site, ticket);
  if (!object) return undefined;
  try {
    return await ask(object);
  } catch {
    const fresh = ticketOf(env, site, ticket);
    return fresh && ask(fresh);
  }
}
