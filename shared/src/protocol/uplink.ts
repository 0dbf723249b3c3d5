/**
 * The frames between the connector and its Site object (section 6 of PROTOCOL.md).
 *
 * The connector numbers its frames within its epoch, which lasts for one run of its process. The site acknowledges the
 * number up to which frames are durable. After a reconnection the connector sends unacknowledged frames again, byte for
 * byte, and the site drops those it has. Clients see the site's cursors, never these numbers.
 */
import * as z from "zod";
import { CommandId, Outcome, SiteCommand } from "./command.ts";
import { ConnectorEvent } from "./event.ts";
import { UplinkReport } from "./report.ts";
import { SiteSettings } from "./statistics.ts";
import { Milliseconds } from "./time.ts";

/** UP8: raised whenever a frame changes in a way that an older peer would misread. */
export const uplinkProtocol = 3;

/** UP5: the site refuses larger messages, and the connector splits its frames to fit. */
export const maxUplinkFrameBytes = 900_000;

const sequence = z.number().int().nonnegative();

/** The state of the connector's connection to AMI. `asOf` as in ST3. */
export const AmiStatus = z.object({
  up: z.boolean(),
  asOf: Milliseconds,
  asteriskVersion: z.string().max(128).nullable(),
});
export type AmiStatus = z.infer<typeof AmiStatus>;

/**
 * UP3: the occurrences that a superseded connector received and could not deliver, oldest first, and the number of
 * earlier ones that it had to drop. All were received within the last `withinMs`, null if that is not known. The site
 * stores them when it refuses the connector.
 */
export const Handover = z.object({
  events: z.array(ConnectorEvent),
  lost: z.number().int().nonnegative(),
  withinMs: z.number().nonnegative().nullable(),
});
export type Handover = Readonly<z.infer<typeof Handover>>;

/**
 * UP1: the first frame of a connection. `startedAt` (ms since 1970) orders two connectors of one site: the later one
 * wins (UP3). `ami` is a change of the AMI connection that the site does not know yet: a loss counts at once, before
 * the frames that wait to be sent (ST3). `site`: what the site's statistics go by.
 */
export const Hello = z.object({
  type: z.literal("hello"),
  protocol: z.number().int(),
  epoch: z.string().regex(/^[A-Za-z0-9]{1,32}$/),
  startedAt: Milliseconds,
  connectorVersion: z.string().max(64),
  ami: AmiStatus.optional(),
  handIn: Handover.optional(),
  site: SiteSettings.optional(),
});

/**
 * UP2: with this frame the site has all that happened until then (ms since 1970), and of what happened later something
 * is still to come. Absent if nothing is.
 */
const completeUntil = Milliseconds.optional();

/**
 * UP2: of the states of agents that changed then (ms since 1970), the site gets the last ones only: others were replaced
 * while they waited. Absent if it gets all, or all but those of a moment.
 */
const unseen = z.object({ from: Milliseconds, to: Milliseconds }).optional();

/**
 * UP4, UP5: all states. A large snapshot comes in parts: each part but the last has `more`, and the site replaces its
 * states when the last part arrives. `lost` counts the occurrences that the connector had to drop since its last
 * snapshot. If there are any, the site begins a new epoch, so that every client receives a snapshot (UP6).
 */
export const UplinkSnapshot = z.object({
  type: z.literal("snapshot"),
  sequence,
  more: z.boolean(),
  lost: z.number().int().nonnegative(),
  ami: AmiStatus,
  events: z.array(ConnectorEvent),
  completeUntil,
  unseen,
});

/** UP2: the next events. `sequence` is one more than that of the frame before. */
export const UplinkEvents = z.object({
  type: z.literal("events"),
  sequence,
  events: z.array(ConnectorEvent),
  completeUntil,
  unseen,
});

/** AMI was lost or is back. When it is back, the changed states are sent before this frame. */
export const UplinkLink = z.object({ type: z.literal("link"), sequence, ami: AmiStatus, completeUntil, unseen });

/**
 * UP9: the outcome of a command. It has no number: if it is lost, the site sends the command again and the connector
 * repeats the outcome.
 */
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
 * UP1: the answer to `hello`. `through` is the number up to which this epoch's frames are durable, null if the site
 * does not know the epoch and needs a snapshot (UP4). `at` is the site's clock (ms since 1970), to which the deadlines
 * of commands refer.
 */
export const Welcome = z.object({
  type: z.literal("welcome"),
  protocol: z.number().int(),
  through: sequence.nullable(),
  at: Milliseconds,
  asOf: Milliseconds.optional(),
});

const names = z.union([z.literal("*"), z.array(z.string())]);
/** CM14: the agents whose channels, and the queues, that a command may touch where it names neither. */
export const Reach = z.object({ agents: names, queues: names });
export type Reach = Readonly<z.infer<typeof Reach>>;

/**
 * UP9: a command to carry out, but not later than `deadlineAt` (ms since 1970, on the site's clock). After a
 * reconnection the site sends commands without an outcome again; the connector carries out each `id` once and repeats
 * its outcome.
 */
export const UplinkCommand = z.object({
  type: z.literal("command"),
  id: CommandId,
  deadlineAt: Milliseconds,
  reach: Reach,
  command: SiteCommand,
});
export type UplinkCommand = Readonly<z.infer<typeof UplinkCommand>>;
/** Bytes. The connector refuses larger messages. */
export const maxSiteFrameBytes = 131_072;

/** UP2: all frames up to `through` are durable; the connector may forget them. `at`: the site's clock. */
export const UplinkAck = z.object({ type: z.literal("ack"), through: sequence, at: Milliseconds.optional() });

export const SiteFrame = z.discriminatedUnion("type", [Welcome, UplinkAck, UplinkCommand]);
export type SiteFrame = z.infer<typeof SiteFrame>;

/** UP7: how often the connector sends `ping`, which the worker's runtime answers without waking the Site object. */
export const uplinkPingIntervalMs = 3_000;
/**
 * UP7: a connector that is silent for longer, and still is a second later, is gone: three pings in a row are missing.
 * ST3 promises to publish that within 15 s.
 */
export const uplinkSilenceMs = 11_000;
/**
 * UP7: after this silence of the site the connector connects anew. It is longer than the other, because the site's
 * silence makes no state stale: a worker that was stopped for a moment should find its connectors connected.
 */
export const siteSilenceMs = 20_000;
