/**
 * The register of everything that can go wrong between the parts, with what a peer should do about it.
 * HTTP answers are `{"error":{"code","message",…}}`; WebSockets close with the number and the code as reason.
 */
export type Retry = "now" | "backoff" | "never";

export const httpErrors = {
  bad_request: { status: 400, retry: "never" },
  unauthorized: { status: 401, retry: "never" },
  /** AP6: a ticket is good for one stream, … */
  ticket_used: { status: 401, retry: "never" },
  /** … and for a minute. */
  ticket_expired: { status: 401, retry: "never" },
  forbidden: { status: 403, retry: "never" },
  not_found: { status: 404, retry: "never" },
  method_not_allowed: { status: 405, retry: "never" },
  /** CM10: the agent has several calls; nothing was done. */
  several_calls: { status: 409, retry: "never" },
  upgrade_required: { status: 426, retry: "never" },
  too_large: { status: 413, retry: "never" },
  unsupported_media_type: { status: 415, retry: "never" },
  /** CM12: the same key came with another command. */
  key_reused: { status: 422, retry: "never" },
  internal: { status: 500, retry: "backoff" },
  /** Asterisk answered with an error, which the message quotes. */
  asterisk_refused: { status: 502, retry: "never" },
  /** The connector's AMI account lacks the right for this command. */
  not_permitted: { status: 502, retry: "never" },
  /** CM11: it was too late to start it; nothing was done. */
  deadline_passed: { status: 503, retry: "backoff" },
  /** CM11: whether it was done cannot be known; to do it again may do it twice. */
  outcome_unknown: { status: 504, retry: "never" },
  unavailable: { status: 503, retry: "backoff" },
} as const satisfies Record<string, { status: number; retry: Retry }>;
export type HttpErrorCode = keyof typeof httpErrors;

/** Codes 4000–4999 are free for applications (RFC 6455, 7.4.2). */
export const closeCodes = {
  /** A frame that this side cannot read; the same bytes would fail again. */
  bad_frame: { code: 4400, retry: "never" },
  /** The token ran out; come back with a new one. */
  token_expired: { code: 4401, retry: "never" },
  /** Too much was sent without an acknowledgement: resume by the last cursor (ST4). */
  resume_now: { code: 4408, retry: "now" },
  /** Another connector of this site started later (UP3); try again slowly, as a standby. */
  superseded: { code: 4409, retry: "backoff" },
  /** Frames out of order: connect again and begin with `hello`. */
  out_of_order: { code: 4410, retry: "backoff" },
  /** More messages than an acknowledging peer sends. */
  too_fast: { code: 4429, retry: "backoff" },
  /** This connector speaks another version of the protocol. */
  protocol_mismatch: { code: 4426, retry: "backoff" },
  /** The site could not take part just now. */
  unavailable: { code: 4503, retry: "backoff" },
} as const satisfies Record<string, { code: number; retry: Retry }>;
export type CloseReason = keyof typeof closeCodes;

/** What to do after a close with `code`; an unknown code is the network's, and is worth another try. */
export function retryAfterClose(code: number): Retry {
  for (const entry of Object.values(closeCodes)) if (entry.code === code) return entry.retry;
  return "backoff";
}
