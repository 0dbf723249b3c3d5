/** Whether `text` has more than `max` bytes in UTF-8. Counts only where it may matter: a UTF-16 unit has one to three bytes. */
export function exceedsBytes(text: string, max: number): boolean {
  if (text.length > max) return true;
  return text.length * 3 > max && new TextEncoder().encode(text).byteLength > max;
}
