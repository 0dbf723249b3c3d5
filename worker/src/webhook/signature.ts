/** Secrets and signatures as Standard Webhooks describes them. */

const prefix = "whsec_";
/** 256 bits. */
const secretBytes = 32;
const algorithm = { name: "HMAC", hash: "SHA-256" };

const encoder = new TextEncoder();

export function createSecret(): string {
  return prefix + toBase64(crypto.getRandomValues(new Uint8Array(secretBytes)));
}

/** The id of an endpoint: 16 letters and digits, of 80 random bits. */
export function createWebhookId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => (byte % 32).toString(32)).join("");
}

/**
 * The headers of one try: the message's id, when it is sent (s since 1970), and a signature by each of `secrets`, so
 * that a receiver that knows one of them can check it.
 */
export async function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signed = encoder.encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, signed)));
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

async function sign(secret: string, signed: Uint8Array): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.slice(prefix.length)), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
  return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign(algorithm, key, signed)))}`;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
