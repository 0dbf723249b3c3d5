/** How long a subscription waits for what. In ms. */
import type { Backoff } from "../backoff.ts";

export const reconnectBackoff: Backoff = { baseMs: 2_000, maxMs: 30_000, stableMs: 10_000 };
export const pingIntervalMs = 20_000;
/** A stream without any activity for this long is dead. The site sends a heartbeat on SSE every 15 s. */
export const silenceMs = 45_000;
/**
 * How long a ping may go unanswered. In a background page, timers may be a minute late, so silence counts only after a
 * ping was sent and not answered for this long.
 */
export const answerMs = silenceMs - pingIntervalMs;
/** The same after a wake-up, when the connection is often dead. */
export const wakeAnswerMs = 5_000;
/** On SSE nothing answers a ping; there, a wake-up shortens the wait for the next heartbeat to this. */
export const wakeSilenceMs = 20_000;
/** How long to wait, at most, after a new token was refused: its issuer may have changed keys just now. */
export const refusedDelayMs = 10_000;
/** How long to wait for the first frame of a stream, counted anew with each activity. */
export const openTimeoutMs = 30_000;
/**
 * The first frame of a connection is acknowledged at once. Later frames are acknowledged together, by the cursor of the
 * last one, at most this long after the first of them: each acknowledgement is a message that the platform bills to the
 * site.
 */
export const acknowledgeMs = 1_000;
