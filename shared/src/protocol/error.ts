/**
 * The register of all errors between clients, worker and connector, and what the peer should do about each (section 8
 * of PROTOCOL.md). HTTP errors are `{"error":{"code","message",…}}`. WebSockets close with a number, and with the
 * code's name as the reason.
 */

/** Whether to try again: at once, with back-off, or not at all because the same request would fail again. */
export type Retry = "now" | "backoff" | "never";

export const httpErrors = {
  bad_request: { status: 400, retry: "never" },
  unauthorized: { status: 401, retry: "never" },
  /** AP6: a ticket opens one stream only. */
  ticket_used: { status: 401, retry: "never" },
  /** AP6: a ticket must be used within a minute. */
  ticket_expired: { status: 401, retry: "never" },
  forbidden: { status: 403, retry: "never" },
  not_found: { status: 404, retry: "never" },
  method_not_allowed: { status: 405, retry: "never" },
  /** CM10: the agent has several calls; nothing was done. */
  several_calls: { status: 409, retry: "never" },
  /** CM20: the agent transfers another call already; nothing was done. */
  conflict: { status: 409, retry: "never" },
  /** AP14: what is to be sent again has left the log. */
  gone: { status: 410, retry: "never" },
  upgrade_required: { status: 426, retry: "never" },
  too_large: { status: 413, retry: "never" },
  unsupported_media_type: { status: 415, retry: "never" },
  /** CM12: the key was used with another command. */
  key_reused: { status: 422, retry: "never" },
  /** CM16: more commands than one grant may send; this request did nothing. */
  too_fast: { status: 429, retry: "backoff" },
  /** One subject's streams have too many different subscriptions. */
  too_many_streams: { status: 429, retry: "backoff" },
  internal: { status: 500, retry: "backoff" },
  /** Asterisk answered with an error, which `message` quotes. */
  asterisk_refused: { status: 502, retry: "never" },
  /** The connector's AMI account lacks the right for this command. */
  not_permitted: { status: 502, retry: "never" },
  /** CM11: the deadline passed before the command was started; nothing was done. */
  deadline_passed: { status: 503, retry: "backoff" },
  /** CM11: the command may have been carried out; sending it again may do it twice. */
  outcome_unknown: { status: 504, retry: "never" },
  unavailable: { status: 503, retry: "backoff" },
} as const satisfies Record<string, { status: number; retry: Retry }>;
export type HttpErrorCode = keyof typeof httpErrors;

/** Codes 4000–4999 are free for applications (RFC 6455, 7.4.2). */
export const closeCodes = {
  /** A frame that cannot be parsed; the same bytes would fail again. */
  bad_frame: { code: 4400, retry: "never" },
  /** The token expired; come back with a new one. */
  token_expired: { code: 4401, retry: "never" },
  /** ST4: too much was sent without an acknowledgement; resume with the last cursor. */
  resume_now: { code: 4408, retry: "now" },
  /** UP3: another connector of this site started later; try again slowly, as a standby. */
  superseded: { code: 4409, retry: "backoff" },
  /** UP2: a frame's number is not the next one; connect again and begin with `hello`. */
  out_of_order: { code: 4410, retry: "backoff" },
  /** More messages than a well-behaved peer sends (section 9 of PROTOCOL.md). */
  too_fast: { code: 4429, retry: "backoff" },
  /** UP8: the connector has another version of the protocol. */
  protocol_mismatch: { code: 4426, retry: "backoff" },
  /** The site or the scope object is unavailable right now. */
  unavailable: { code: 4503, retry: "backoff" },
} as const satisfies Record<string, { code: number; retry: Retry }>;
export type CloseReason = keyof typeof closeCodes;

/**
 * What to do after a close with `code`. Any other code comes from the network or the platform, so a retry may succeed.
 */
export function retryAfterClose(code: number): Retry {
  for (const entry of Object.values(closeCodes)) if (entry.code === code) return entry.retry;
  return "backoff";
}
