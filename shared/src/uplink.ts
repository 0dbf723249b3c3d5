/**
 * What the connector and its Site object say to each other (section 6 of PROTOCOL.md).
 *
 * The connector numbers what it sends within its own epoch (one life of the process). The site keeps the number up to which a
 * frame is durable and says so; a frame that is not acknowledged is sent again after a reconnection, byte for byte, and the
 * site drops what it has. Clients see the site's cursors, never these numbers.
 */
import * as z from "zod";
import { Event, Milliseconds } from "./event.ts";

/** Raised whenever a frame below changes so that an older peer would misread it. */
export const uplinkProtocol = 1;

/** A site refuses larger messages; the connector cuts its frames to fit (UP5). */
export const maxUplinkFrameBytes = 900_000;

const sequence = z.number().int().nonnegative();

/** How the connector's own link to AMI is; `asOf` as in ST3. */
export const AmiStatus = z.object({
  up: z.boolean(),
  asOf: Milliseconds,
  asteriskVersion: z.string().max(128).nullable(),
});
export type AmiStatus = z.infer<typeof AmiStatus>;

/** First frame of a connection. `startedAt` (ms) orders two connectors of one site: the later one wins (UP3). */
export const Hello = z.object({
  type: z.literal("hello"),
  protocol: z.number().int(),
  epoch: z.string().regex(/^[A-Za-z0-9]{1,32}$/),
  startedAt: Milliseconds,
  connectorVersion: z.string().max(64),
});

/**
 * All states. Large ones come in parts: every part but the last has `more`, and the site replaces its states when the last is there.
 * `lost` counts occurrences that the connector had to drop since the last snapshot: the site then begins a new epoch, so that
 * every client is told by a snapshot (UP6).
 */
export const UplinkSnapshot = z.object({
  type: z.literal("snapshot"),
  sequence,
  more: z.boolean(),
  lost: z.number().int().nonnegative(),
  ami: AmiStatus,
  events: z.array(Event),
});

/** The next events; `sequence` is one more than that of the frame before. */
export const UplinkEvents = z.object({ type: z.literal("events"), sequence, events: z.array(Event) });

/** AMI was lost or is back; after it is back the differences have been sent before this frame. */
export const UplinkLink = z.object({ type: z.literal("link"), sequence, ami: AmiStatus });

export const ConnectorFrame = z.discriminatedUnion("type", [Hello, UplinkSnapshot, UplinkEvents, UplinkLink]);
export type ConnectorFrame = z.infer<typeof ConnectorFrame>;
export type SequencedFrame = Exclude<ConnectorFrame, { type: "hello" }>;

/** Answer to `hello`: up to where this epoch's frames are durable; null if the site does not know the epoch and needs a snapshot. */
export const Welcome = z.object({
  type: z.literal("welcome"),
  protocol: z.number().int(),
  through: sequence.nullable(),
});

/** Everything up to `through` is durable and may be forgotten. */
export const UplinkAck = z.object({ type: z.literal("ack"), through: sequence });

export const SiteFrame = z.discriminatedUnion("type", [Welcome, UplinkAck]);
export type SiteFrame = z.infer<typeof SiteFrame>;

/** The connector sends `ping` this often; the site's runtime answers by itself. */
export const uplinkPingIntervalMs = 10_000;
/** A peer that was silent for longer is gone (ST3 promises 45 s). */
export const uplinkSilenceMs = 25_000;
