/**
 * A ticket's text: a random id of 32 characters, and the signature of it. The signature covers the site and the kind of
 * ticket, and is checked before any object is called, so that a guess costs nothing and makes no object
 * ([ADR 12](../../../docs/adr/0012-doors-before-objects.md)).
 */

/** AP6 and AP8. */
type TicketKind = "single-use" | "leased";

/** The place of a ticket for several sites (AP15). No site has this name. */
export const severalSites = "*";

/** What a ticket is for: `site` may be `severalSites`. */
export type TicketPlace = Readonly<{ kind: TicketKind; site: string }>;

/** 192 bits, so that two tickets never have the same id. */
const idBytes = 24;
const pattern = /^([A-Za-z0-9_-]{32})([A-Za-z0-9_-]{43})$/;
const algorithm = { name: "HMAC", hash: "SHA-256" };

const encoder = new TextEncoder();

/** The key for tickets of a secret: a hash of it, so that the one is no use in place of the other. */
export async function ticketKey(secret: Uint8Array): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const derived = await crypto.subtle.sign(algorithm, base, encoder.encode("pbxis-edge ticket"));
  return crypto.subtle.importKey("raw", derived, algorithm, false, ["sign", "verify"]);
}

export async function createTicket(key: CryptoKey, place: TicketPlace): Promise<string> {
  const id = base64(crypto.getRandomValues(new Uint8Array(idBytes)));
  return id + base64(new Uint8Array(await crypto.subtle.sign(algorithm, key, signed(place, id))));
}

/** The ticket's id, by which its object is found. Undefined for text that none of `keys` signed for this place. */
export async function readTicket(
  keys: readonly CryptoKey[],
  place: TicketPlace,
  ticket: string,
): Promise<string | undefined> {
  const [, id, signature] = pattern.exec(ticket) ?? [];
  if (id === undefined || signature === undefined) return undefined;
  const bytes = Uint8Array.from(atob(signature.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );
  for (const key of keys) if (await crypto.subtle.verify(algorithm, key, bytes, signed(place, id))) return id;
  return undefined;
}

function signed({ kind, site }: TicketPlace, id: string): Uint8Array {
  return encoder.encode(JSON.stringify([kind, site, id]));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
