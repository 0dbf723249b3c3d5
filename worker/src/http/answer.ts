/** The one form of an error answer (section 8 of PROTOCOL.md). */
import { type HttpErrorCode, httpErrors } from "@pbxis/shared";

export function errorAnswer(
  code: HttpErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = code === "unauthorized" ? { "www-authenticate": "Bearer", ...headers } : headers;
  return jsonAnswer({ error: { code, message, ...details } }, httpErrors[code].status, all);
}

/** States are of this moment and of this token: nobody in between may keep them. */
export function jsonAnswer(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}
