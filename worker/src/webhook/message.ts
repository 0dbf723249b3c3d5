/**
 * The messages of a webhook (AP14): type, time and content, with the `webhook-id` by which a receiver knows a repeated
 * one. Pure.
 */
import { type Cursor, encodeCursor, type SiteEvent, SiteId, WebhookMessage } from "@pbxis/shared";
import * as z from "zod";
import { CursorObject } from "../filter.ts";

/** `cursor`: the position that the endpoint has reached with it; null for one that is not in its turn. */
export const Message = z
  .object({ id: z.string(), cursor: CursorObject.nullable(), content: WebhookMessage })
  .readonly();
export type Message = z.infer<typeof Message>;

export function eventMessage(site: string, cursor: Cursor, event: SiteEvent): Message {
  const text = encodeCursor(cursor);
  return {
    id: `${site}:${text}`,
    cursor,
    content: {
      type: event.type,
      timestamp: new Date(event.at).toISOString(),
      data: { site: SiteId.parse(site), cursor: text, event },
    },
  };
}

/** What was logged after `from` and up to `through` is gone. */
export function gapMessage(site: string, from: Cursor, through: Cursor, now: number): Message {
  const lostThrough = encodeCursor(through);
  return {
    id: `${site}:${lostThrough}-gap`,
    cursor: through,
    content: {
      type: "gap",
      timestamp: new Date(now).toISOString(),
      data: { site: SiteId.parse(site), lostFrom: encodeCursor(from), lostThrough },
    },
  };
}

/** `id` is another one for each test. */
export function testMessage(site: string, webhook: string, id: string, now: number): Message {
  return {
    id: `${site}:test-${id}`,
    cursor: null,
    content: { type: "test", timestamp: new Date(now).toISOString(), data: { site: SiteId.parse(site), webhook } },
  };
}
