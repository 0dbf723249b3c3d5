/** 128 random bits in hex, for idempotency keys. Not `randomUUID`, which browsers offer only over HTTPS. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
