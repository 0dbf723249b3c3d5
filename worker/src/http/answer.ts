/** JSON answers, and the one form of an error answer: `{"error":{"code","message",…}}` (section 8 of PROTOCOL.md). */
import { type HttpErrorCode, httpErrors } from "@pbxis/shared";
import { newerBuildText } from "../site/newer-build.ts";

/** The status follows from `code`. `details` become further fields of `error`, such as `candidates` (CM10). */
export function errorAnswer(
  code: HttpErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = code === "unauthorized" ? { "www-authenticate": "Bearer", ...headers } : headers;
  return jsonAnswer({ error: { code, message, ...details } }, httpErrors[code].status, all);
}

/** Seconds after which to repeat a request that was answered with this status. */
const retryAfterSeconds: ReadonlyMap<number, number> = new Map([
  [429, 1],
  [503, 5],
]);

/** Never cached: an answer holds for one token at one moment. */
export function jsonAnswer(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const seconds = retryAfterSeconds.get(status);
  const retryAfter = seconds === undefined ? {} : { "retry-after": String(seconds) };
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...retryAfter, ...headers } });
}

/** 503, when the Site object or the object of a stream did not answer. `error`: what its call threw. */
export function siteUnavailable(error?: unknown): Response {
  return errorAnswer("unavailable", unavailableText(error));
}

/** Why a site does not answer, by what the call of its object threw. */
export function unavailableText(error: unknown): string {
  return String(error).includes(newerBuildText) ? newerBuildText : "the site is unavailable right now";
}
