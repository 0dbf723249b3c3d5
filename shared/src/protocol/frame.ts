/**
 * The frames between the worker and a client on a WebSocket (section 4 of PROTOCOL.md). SSE and long poll carry the
 * same frames from the worker to the client.
 */
import * as z from "zod";
import { CursorText } from "./cursor-text.ts";
import { SiteEvent } from "./event.ts";
import { LinkChange, LinkState } from "./link.ts";
import { Milliseconds } from "./time.ts";

/** EV12: all states of the subscription. It replaces everything that the client had. */
export const SnapshotFrame = z.object({
  type: z.literal("snapshot"),
  cursor: CursorText,
  link: LinkState,
  asOf: Milliseconds,
  events: z.array(SiteEvent),
});

/**
 * The events after the client's last cursor, in order and without gaps. Without events: a resume that missed nothing
 * (ST1).
 */
export const EventsFrame = z.object({ type: z.literal("events"), cursor: CursorText, events: z.array(SiteEvent) });

/** ST3: a change of the link, at its place in the site's order. */
export const LinkFrame = LinkChange.extend({ cursor: CursorText });

export const ServerFrame = z.discriminatedUnion("type", [SnapshotFrame, EventsFrame, LinkFrame]);
export type ServerFrame = z.infer<typeof ServerFrame>;
export type SnapshotFrame = z.infer<typeof SnapshotFrame>;

/** ST4: the client has received everything up to `cursor`. */
export const AckFrame = z.object({ type: z.literal("ack"), cursor: CursorText });
export const ClientFrame = z.discriminatedUnion("type", [AckFrame]);
export type ClientFrame = z.infer<typeof ClientFrame>;
