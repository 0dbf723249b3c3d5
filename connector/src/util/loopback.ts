/** Which host names mean this machine. */

/** `name`: in the form of a URL's host name; an IPv6 address may have its brackets. */
export function isLoopback(name: string): boolean {
  const plain = name.replace(/^\[|\]$/g, "").toLowerCase();
  return (
    plain === "localhost" || plain.endsWith(".localhost") || plain === "::1" || /^127(?:\.\d{1,3}){3}$/.test(plain)
  );
}
