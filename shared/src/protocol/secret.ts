/** The setting `PBXIS_SECRET` (section 7 of PROTOCOL.md). Pure. */

/** RFC 7518, 3.2: a key for HS256 must have at least as many bits as its hash, which are 256. */
const minSecretBytes = 32;

export type Secrets = Readonly<{ ok: true; secrets: readonly string[] }> | Readonly<{ ok: false; message: string }>;

/**
 * One secret, or two with a comma or a line break between them: the first signs, and both are accepted, so that a new
 * secret ends no session. A text whose parts are all too short is one secret with punctuation in it. A text with two
 * parts is accepted as a whole, too, because it may have been one secret until now. No message contains a secret.
 */
export function parseSecrets(text: string): Secrets {
  const parts = text.split(/[,\r\n]/).flatMap((part) => part.trim() || []);
  const long = parts.filter(isLong);
  const whole = text.trim();
  if (parts.length === 1 || (long.length === 0 && isLong(whole)))
    return isLong(whole) ? { ok: true, secrets: [whole] } : tooShort("PBXIS_SECRET");
  if (parts.length > 2)
    return { ok: false, message: "PBXIS_SECRET must be one secret, or two with a comma between them" };
  if (long.length < 2) return tooShort(parts.length === 0 ? "PBXIS_SECRET" : "each secret of PBXIS_SECRET");
  return { ok: true, secrets: [...parts, whole] };
}

function isLong(secret: string): boolean {
  return bytesOf(secret) >= minSecretBytes;
}

function tooShort(what: string): Secrets {
  return { ok: false, message: `${what} must have at least ${minSecretBytes} bytes` };
}

/** Of the text in UTF-8. */
function bytesOf(text: string): number {
  return [...text].reduce((sum, character) => sum + utf8Length(character.codePointAt(0) ?? 0), 0);
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
