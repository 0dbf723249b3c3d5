/**
 * Whether a request to pbxis-ws's paths may come from where it comes from (AP8). A browser lets every web page send
 * requests to every address that it can reach, so where no token is needed, a visited page could ring phones. Pure.
 *
 * - `Host` must be a name that no stranger can give to this worker. Otherwise a stranger's page could be served under
 *   such a name, and its name be pointed at this worker afterwards (DNS rebinding): the two would be of one origin.
 * - `Origin`, which browsers send with each POST and WebSocket, must be the worker's own or a configured one.
 * - `Sec-Fetch-Site` covers requests without `Origin`. Browsers do not send it to a plain-http name, so it is only an
 *   addition.
 */

export type Visitor = Readonly<{
  /** The request's URL, and its header `Host` if there is one. */
  url: string;
  host: string | undefined;
  origin: string | undefined;
  fetchSite: string | undefined;
}>;

/** What is wrong, or null. `origins` are those of `PBXIS_COMPAT_ORIGINS`. */
export function visitorProblem({ url, host, origin, fetchSite }: Visitor, origins: readonly string[]): string | null {
  const own = ownOrigin(url, host);
  if (own === null) return "the header Host is not a host";
  const { hostname } = new URL(own);
  if (!isKnownHost(hostname, origins)) return `the host ${hostname} is not among PBXIS_COMPAT_ORIGINS`;
  if (origin !== undefined)
    return origin === own || origins.includes(origin)
      ? null
      : "pages of this origin are not among PBXIS_COMPAT_ORIGINS";
  return fetchSite === "cross-site" || fetchSite === "same-site"
    ? "requests from pages of other web sites are refused"
    : null;
}

/** The origin that the client used. A development server may show the worker another URL than that. */
function ownOrigin(url: string, host: string | undefined): string | null {
  const { protocol, host: shown } = new URL(url);
  const own = `${protocol}//${host ?? shown}`;
  return URL.canParse(own) && !/[/?#@\\\s]/.test(host ?? "") ? new URL(own).origin : null;
}

/**
 * Loopback, addresses, and the names that Cloudflare gives to workers cannot be pointed at this worker by a stranger.
 */
function isKnownHost(hostname: string, origins: readonly string[]): boolean {
  return (
    /^(?:.+\.)?localhost$/.test(hostname) ||
    /^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname) ||
    hostname.startsWith("[") ||
    hostname.endsWith(".workers.dev") ||
    origins.some((origin) => new URL(origin).hostname === hostname)
  );
}

/** The origins of a list with commas. Null if one of them is none, such as an URL with a path. */
export function parseOrigins(text: string): readonly string[] | null {
  const origins = text.split(",").flatMap((origin) => origin.trim() || []);
  return origins.every((origin) => /^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin)
    ? origins
    : null;
}
