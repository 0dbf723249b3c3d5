/** Where messages may be sent: decided when an admin names the URL, and again before each message. Pure. */
import { isLoopback, isPublicHost } from "./address.ts";

/** `allowLocal`: the setting `PBXIS_WEBHOOK_LOCAL`, for development and tests. */
export type UrlRules = Readonly<{ allowLocal: boolean }>;
/** `message` follows the name of the field. */
export type CheckedUrl = Readonly<{ ok: true; url: string }> | Readonly<{ ok: false; message: string }>;

const minPort = 1_024;

/** Returns the URL as the parser spells it, so that what is sent to is what was looked at. */
export function checkUrl(text: string, { allowLocal }: UrlRules): CheckedUrl {
  const url = URL.parse(text);
  if (!url) return { ok: false, message: "must be a URL" };
  const problem = problemOf(url, allowLocal);
  if (problem) return { ok: false, message: problem };
  url.hash = "";
  return { ok: true, url: url.href };
}

function problemOf(url: URL, allowLocal: boolean): string | null {
  if (url.username !== "" || url.password !== "") return "must have no credentials";
  if (url.port !== "" && Number(url.port) < minPort) return `must have port 443, or one from ${minPort} on`;
  if (url.protocol === "http:" && allowLocal && isLoopback(url.hostname)) return null;
  if (url.protocol !== "https:") return "must begin with https:";
  return isPublicHost(url.hostname) ? null : "must name a public host";
}

/** The setting `PBXIS_WEBHOOK_LOCAL`. */
export function localWebhooks({ PBXIS_WEBHOOK_LOCAL: text }: Readonly<{ PBXIS_WEBHOOK_LOCAL?: string }>):
  | Readonly<{ ok: true; allowLocal: boolean }>
  | Readonly<{
      ok: false;
      message: string;
    }> {
  if (text === undefined || text === "" || text === "1") return { ok: true, allowLocal: text === "1" };
  return { ok: false, message: "PBXIS_WEBHOOK_LOCAL must be 1, or absent" };
}
