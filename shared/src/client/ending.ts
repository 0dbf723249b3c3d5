/** What the end of a stream means for its subscription: whether to come back, and with which token. */
import { closeCodes, httpErrors, type Retry, retryAfterClose } from "../protocol/error.ts";

/** How a stream ended: `code` of a WebSocket, `status` of an answer that is no stream, or the network's words. */
export type Ending =
  | Readonly<{ kind: "closed"; code: number; reason: string }>
  | Readonly<{ kind: "refused"; status: number; code: string; message: string }>
  | Readonly<{ kind: "broken"; because: string }>;

export function judge(ending: Ending): Readonly<{ retry: Retry; because: string; needsToken: boolean }> {
  switch (ending.kind) {
    case "broken":
      return { retry: "backoff", because: ending.because, needsToken: false };
    case "closed":
      return {
        retry: retryAfterClose(ending.code),
        because: ending.reason || `the stream was closed (${ending.code})`,
        needsToken: ending.code === closeCodes.token_expired.code,
      };
    case "refused": {
      const known = Object.entries(httpErrors).find(([code]) => code === ending.code)?.[1];
      // Only the site itself can say that there is no use in coming back; a gateway's page comes and goes.
      const retry = known?.retry ?? "backoff";
      // A ticket that was too slow to be used is replaced by the next attempt's.
      const isTicket = ending.code === "ticket_used" || ending.code === "ticket_expired";
      return {
        retry: isTicket ? "backoff" : retry,
        because: ending.message || `the site answered ${ending.status}`,
        needsToken: ending.status === 401 && !isTicket,
      };
    }
  }
}
