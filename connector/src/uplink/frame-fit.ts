/** The outbox's limits, and how much of what waits fits into one frame (UP5). */
import { maxUplinkFrameBytes } from "@pbxis/shared";

/**
 * `frameBytes` and `frameEvents` bound one frame. `occurrences` and `occurrenceBytes` bound what waits: beyond either
 * the oldest occurrences are dropped and counted, which forces a snapshot that reports the loss (UP6). States need no
 * limit: at most one waits for each state key, and Asterisk's configuration bounds the number of keys.
 */
export type OutboxLimits = Readonly<{
  frameBytes: number;
  frameEvents: number;
  occurrences: number;
  occurrenceBytes: number;
}>;

export const outboxLimits: OutboxLimits = {
  frameBytes: maxUplinkFrameBytes,
  frameEvents: 2_000,
  occurrences: 50_000,
  occurrenceBytes: 24_000_000,
};

/** More than any frame has besides its events: type, numbers, and an Asterisk version of at most 128 characters. */
const envelopeBytes = 1_024;

/**
 * Returns the JSON of as many of the first `items` as one frame holds, and of at least one, so that the outbox always
 * makes progress: one event comes from one AMI packet, and the framer's limit on packets is far below a frame's.
 */
export function fitFrame<Item>(items: Iterable<Item>, textOf: (item: Item) => string, limits: OutboxLimits): string[] {
  const texts: string[] = [];
  let bytes = envelopeBytes;
  for (const item of items) {
    const text = textOf(item);
    bytes += Buffer.byteLength(text) + 1;
    if (texts.length > 0 && (bytes > limits.frameBytes || texts.length === limits.frameEvents)) break;
    texts.push(text);
  }
  return texts;
}
