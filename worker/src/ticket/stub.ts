/** How a ticket is made, and how its object is found: only for a ticket that this deployment has signed. */
import { secretsOf } from "../auth/keys.ts";
import type { Env } from "../env.ts";
import type { TicketApi } from "./api.ts";
import { createTicket, readTicket, type TicketPlace, ticketKey } from "./signature.ts";

type TicketEnv = Pick<Env, "TICKET" | "PBXIS_SECRET">;

/** The object that keeps the key of a deployment without a secret of its own. No ticket has this name. */
const keeper = "/key";
/** By secret, because deriving a key takes longer than using it. A deployment has two secrets at most. */
const keys = new Map<string, CryptoKey>();
/** By namespace: the keeper's key. */
const keptKeys = new WeakMap<object, CryptoKey>();

/** The first signs; each may have signed a ticket. */
async function ticketKeys(env: TicketEnv): Promise<readonly CryptoKey[]> {
  const parsed = secretsOf(env);
  if (!parsed.ok) throw new Error(parsed.message);
  if (parsed.secrets.length === 0) return [await keptKey(env)];
  const all: CryptoKey[] = [];
  for (const secret of parsed.secrets) {
    const key = keys.get(secret) ?? (await ticketKey(new TextEncoder().encode(secret)));
    keys.set(secret, key);
    all.push(key);
  }
  return all;
}

/** With published keys alone (`PBXIS_JWKS_URL`), nothing that the worker is given is secret: one object keeps a key. */
async function keptKey({ TICKET }: TicketEnv): Promise<CryptoKey> {
  const known = keptKeys.get(TICKET);
  if (known) return known;
  const key = await ticketKey(await callTwice(() => TICKET.getByName(keeper).secret()));
  keptKeys.set(TICKET, key);
  return key;
}

export async function newTicket(env: TicketEnv, place: TicketPlace): Promise<string> {
  const [key] = await ticketKeys(env);
  if (!key) throw new Error("there is no key for tickets");
  return createTicket(key, place);
}

/**
 * Calls the object of a ticket. Undefined for text that is no ticket of this place: then no object was called. Rejects
 * if the object cannot be reached.
 */
export async function askTicket<Answer>(
  env: TicketEnv,
  place: TicketPlace,
  ticket: string,
  ask: (object: TicketApi) => Promise<Answer>,
): Promise<Answer | undefined> {
  const id = await readTicket(await ticketKeys(env), place, ticket);
  return id === undefined ? undefined : callTwice(() => ask(env.TICKET.getByName(`${place.site}/${id}`)));
}

/** Each call must use a new stub: an object that moved or restarted breaks its stubs. */
async function callTwice<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch {
    return call();
  }
}
