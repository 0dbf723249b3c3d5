/**
 * What the worker and a client say to each other over one WebSocket (section 5 of PROTOCOL.md); SSE and long poll carry the
 * same frames downwards.
 */
import * as z from "zod";
import { CursorText } from "./cursor-text.ts";
import { Milliseconds, SiteEvent } from "./event.ts";
import { LinkChange, LinkState } from "./link.ts";

/** Replaces all the client knows (EV12). */
export const SnapshotFrame = z.object({
  type: z.literal("snapshot"),
  cursor: CursorText,
  link: LinkState,
  asOf: Milliseconds,
  events: z.array(SiteEvent),
});

/** In order, gapless after the last cursor; empty as the answer to a resume that missed nothing. */
export const EventsFrame = z.object({ type: z.literal("events"), cursor: CursorText, events: z.array(SiteEvent) });

export const LinkFrame = LinkChange.extend({ cursor: CursorText });

export const ServerFrame = z.discriminatedUnion("type", [SnapshotFrame, EventsFrame, LinkFrame]);
export type ServerFrame = z.infer<typeof ServerFrame>;
export type SnapshotFrame = z.infer<typeof SnapshotFrame>;

export const AckFrame = z.object({ type: z.literal("ack"), cursor: CursorText });
export const ClientFrame = z.discriminatedUnion("type", [AckFrame]);
export type ClientFrame = z.infer<typeof ClientFrame>;
