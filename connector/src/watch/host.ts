/**
 * Whom `/healthz` and `/metrics` answer. They need no password, so a page in a browser must not read them by giving its
 * own name an address of this machine (DNS rebinding): the browser then sends the page's name as `Host`.
 */
import { isLoopback } from "../util/loopback.ts";

/** `allowed`: further names, in lower case and without ports. */
export function isAllowedHost(host: string | undefined, allowed: readonly string[]): boolean {
  const name = nameOf(host ?? "");
  return name !== null && (isLoopback(name) || allowed.includes(name));
}

/** The name of a `Host` header, without its port and without a dot at the end; null if it is none. */
function nameOf(host: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i.exec(host);
  return match?.[1]?.toLowerCase().replace(/^\[|\]$|\.$/g, "") ?? null;
}
