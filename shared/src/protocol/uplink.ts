/**
 * What the connector and its Site object say to each other (section 6 of PROTOCOL.md).
 *
 * The connector numbers what it sends within its own epoch (one life of the process). The site keeps the number up to which a
 * frame is durable and says so; a frame that is not acknowledged is sent again after a reconnection, byte for byte, and the
 * site drops what it has. Clients see the site's cursors, never these numbers.
 */
import * as z from "zod";
import { CommandId, Outcome, SiteCommand } from "./command.ts";
import { Milliseconds, SiteEvent } from "./event.ts";
import { UplinkReport } from "./report.ts";

/** Raised whenever a frame below changes so that an older peer would misread it. */
export const uplinkProtocol = 3;

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

/**
 * UP3: the occurrences that a connector has heard and not told since it was superseded, or has been refused last, oldest first; and how many it had to
 * drop that were from before. All were heard within `withinMs`; null if that is not known. The site takes it with the refusal.
 */
export const Handover = z.object({
  events: z.array(SiteEvent),
  lost: z.number().int().nonnegative(),
  withinMs: z.number().nonnegative().nullable(),
});
export type Handover = Readonly<z.infer<typeof Handover>>;

/**
 * First frame of a connection. `startedAt` (ms) orders two connectors of one site: the later one wins (UP3). `ami` is a change that waits to be told:
 * a loss of AMI is known at once, and not behind what waits before it (ST3).
 */
export const Hello = z.object({
  type: z.literal("hello"),
  protocol: z.number().int(),
  epoch: z.string().regex(/^[A-Za-z0-9]{1,32}$/),
  startedAt: Milliseconds,
  connectorVersion: z.string().max(64),
  ami: AmiStatus.optional(),
  handIn: Handover.optional(),
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
  events: z.array(SiteEvent),
});

/** The next events; `sequence` is one more than that of the frame before. */
export const UplinkEvents = z.object({ type: z.literal("events"), sequence, events: z.array(SiteEvent) });

/** AMI was lost or is back; after it is back the differences have been sent before this frame. */
export const UplinkLink = z.object({ type: z.literal("link"), sequence, ami: AmiStatus });

/** UP9: how a command ended. It has no number: a lost one is told again when the site sends the command again. */
export const UplinkOutcome = z.object({ type: z.literal("outcome"), id: CommandId, outcome: Outcome });

export const ConnectorFrame = z.discriminatedUnion("type", [
  Hello,
  UplinkSnapshot,
  UplinkEvents,
  UplinkLink,
  UplinkOutcome,
  UplinkReport,
]);
export type ConnectorFrame = z.infer<typeof ConnectorFrame>;
export type SequencedFrame = Exclude<ConnectorFrame, { type: "hello" | "outcome" | "report" }>;

/**
 * Answer to `hello`: up to where this epoch's frames are durable; null if the site does not know the epoch and needs a snapshot.
 * `at` is the site's clock, by which deadlines are told.
 */
export const Welcome = z.object({
  type: z.literal("welcome"),
  protocol: z.number().int(),
  through: sequence.nullable(),
  at: Milliseconds,
});

const names = z.union([z.literal("*"), z.array(z.string())]);
/** What a command may touch where it does not name it: the agents whose channels, and the queues. */
export const Reach = z.object({ agents: names, queues: names });
export type Reach = Readonly<z.infer<typeof Reach>>;

/**
 * UP9: a command to carry out, not after `deadlineAt` on the site's clock. After a reconnection those without an outcome come again; the
 * connector carries out each `id` once and repeats its outcome.
 */
export const UplinkCommand = z.object({
  type: z.literal("command"),
  id: CommandId,
  deadlineAt: Milliseconds,
  reach: Reach,
  command: SiteCommand,
});
export type UplinkCommand = Readonly<z.infer<typeof UplinkCommand>>;
/** A connector refuses larger messages. */
export const maxSiteFrameBytes = 131_072;

/** Everything up to `through` is durable and may be forgotten. */
export const UplinkAck = z.object({ type: z.literal("ack"), through: sequence });

export const SiteFrame = z.discriminatedUnion("type", [Welcome, UplinkAck, UplinkCommand]);
export type SiteFrame = z.infer<typeof SiteFrame>;

/** The connector sends `ping` this often; the site's runtime answers by itself. */
export const uplinkPingIntervalMs = 10_000;
/** A peer that was silent for longer is gone (ST3 promises 45 s). */
export const uplinkSilenceMs = 25_000;
