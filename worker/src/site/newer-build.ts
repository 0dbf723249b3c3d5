/**
 * What a Site object throws whose storage a newer build has written. Other parts recognize it by this text: an error
 * loses its class on its way between objects.
 */
export const newerBuildText = "the site's storage was written by a newer build of the worker";

/**
 * Whether what a call of the Site object threw says that the object did not run it: it refuses its storage, or it still
 * runs an older build, which lacks the method (observed in workerd, 2026-11). While a deployment spreads, requests
 * reach such an object for some seconds.
 */
export function isUntouched(error: unknown): boolean {
  const text = String(error);
  return text.includes(newerBuildText) || text.includes('does not implement the method "callAs"');
}
