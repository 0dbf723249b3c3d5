/** AP15: the frames of a stream of several sites. They are those of one site (`frame.ts`), with the site's name. */
import * as z from "zod";
import { CursorText } from "./cursor-text.ts";
import { AckFrame, EventsFrame, LinkFrame, SnapshotFrame } from "./frame.ts";
import { SiteId } from "./id.ts";
import { parseCursors } from "./site-cursors.ts";
import { Milliseconds } from "./time.ts";

/** The positions of all sites, such as `hq:k3-41,north:a9-7`. */
export const CursorsText = z
  .string()
  .refine(
    (text) => parseCursors(text) !== undefined,
    "must be <site>:<cursor> with commas, such as hq:k3-41,north:a9-7",
  );

const site = { site: SiteId };

/**
 * A `link` says how fresh one site's states are. It may come between two others of the same cursor: the worker sends
 * `offline` while it cannot reach a site. `cursor` and `asOf` are null if no state of the site was ever sent.
 */
export const SitesFrame = z.discriminatedUnion("type", [
  SnapshotFrame.extend(site),
  EventsFrame.extend(site),
  LinkFrame.extend({ ...site, cursor: CursorText.nullable(), asOf: Milliseconds.nullable() }),
]);
export type SitesFrame = z.infer<typeof SitesFrame>;

/** The answer to a long poll: frames of several sites, and all positions after them. */
export const SitesFrames = z.object({ cursor: CursorsText, frames: z.array(SitesFrame) });
export type SitesFrames = z.infer<typeof SitesFrames>;

/** ST4: the client has received everything of one site up to `cursor`, or of all sites in `cursor`. */
export const SitesAckFrame = z.union([
  AckFrame.extend(site),
  z.object({ type: z.literal("ack"), cursor: CursorsText }),
]);
export type SitesAckFrame = z.infer<typeof SitesAckFrame>;
