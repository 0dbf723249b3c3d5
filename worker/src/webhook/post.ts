/** One try: sends a message to its receiver, and says what came back. */
import type { Target } from "../site/webhooks/api.ts";
import type { Message } from "./message.ts";
import type { Answer } from "./progress.ts";
import { parseRetryAfter } from "./schedule.ts";
import { signedHeaders } from "./signature.ts";

/** For the head of the answer. */
const answerMs = 15_000;

/**
 * The body of the answer is not wanted: however long it is, none of it is read. Redirects are not followed, because
 * what they name was not checked.
 */
export async function post({ url, secrets }: Target, { id, content }: Message): Promise<Answer> {
  const startedAt = Date.now();
  const body = JSON.stringify(content);
  const elapsed = () => Math.max(0, Date.now() - startedAt);
  try {
    const headers = {
      "content-type": "application/json",
      "user-agent": "pbxis-edge",
      ...(await signedHeaders(secrets, id, body, startedAt)),
    };
    const signal = AbortSignal.timeout(answerMs);
    const response = await fetch(url, { method: "POST", redirect: "manual", headers, body, signal });
    // Nothing waits for the end of it, which may never come.
    response.body?.cancel().catch(() => {});
    const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), Date.now());
    return { status: response.status, ms: elapsed(), problem: null, retryAfterMs };
  } catch (error) {
    return { status: null, ms: elapsed(), problem: problemOf(error), retryAfterMs: null };
  }
}

/** Without the runtime's own text, which may quote the URL. */
function problemOf(error: unknown): string {
  const isLate = error instanceof Error && error.name === "TimeoutError";
  return isLate ? `no answer within ${answerMs / 1000} s` : "the connection failed";
}
