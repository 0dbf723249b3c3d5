/**
 * Whether `text` has more than `max` bytes in UTF-8. Encodes the text only if its length leaves that open: a UTF-16
 * code unit takes one to three bytes.
 */
export function exceedsBytes(text: string, max: number): boolean {
  if (text.length > max) return true;
  return text.length * 3 > max && new TextEncoder().encode(text).byteLength > max;
}
