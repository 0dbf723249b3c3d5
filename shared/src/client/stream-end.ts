/**
 * What the end of a stream means for its subscription: whether and when to reconnect, and whether that needs a new
 * token. Pure.
 */
import { closeCodes, httpErrors, type Retry, retryAfterClose } from "../protocol/error.ts";

/** How a stream ended: a WebSocket was closed, the request for a stream was refused, or the connection broke. */
export type StreamEnd =
  | Readonly<{ kind: "closed"; code: number; reason: string }>
  | Readonly<{ kind: "refused"; status: number; code: string; message: string }>
  | Readonly<{ kind: "broken"; reason: string }>;

/** `reason` is for people. `needsToken`: the site refused the token, so that only a new one can help. */
export function planReconnect(end: StreamEnd): Readonly<{ retry: Retry; reason: string; needsToken: boolean }> {
  switch (end.kind) {
    case "broken":
      return { retry: "backoff", reason: end.reason, needsToken: false };
    case "closed":
      return {
        retry: retryAfterClose(end.code),
        reason: end.reason || `the stream was closed (${end.code})`,
        needsToken: end.code === closeCodes.token_expired.code,
      };
    case "refused": {
      const known = Object.entries(httpErrors).find(([code]) => code === end.code)?.[1];
      // Only the site itself can say that retrying is useless. An error page of a gateway may be gone a moment later.
      const retry = known?.retry ?? "backoff";
      // A ticket that was used or expired before its stream opened is replaced by that of the next attempt.
      const isTicket = end.code === "ticket_used" || end.code === "ticket_expired";
      return {
        retry: isTicket ? "backoff" : retry,
        reason: end.message || `the site answered ${end.status}`,
        needsToken: end.status === 401 && !isTicket,
      };
    }
  }
}
