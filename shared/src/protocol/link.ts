/**
 * The link of a site, which says how fresh its states are (ST3). A change of the link has a place in the site's order
 * like an event, so a client that resumes receives it on every transport.
 */
import * as z from "zod";
import { Milliseconds } from "./time.ts";

/**
 * `down`: the connector has lost AMI. `offline`: the connector is gone. The states are then those of the time `asOf`.
 */
export const LinkState = z.literal(["up", "down", "offline"]);
export type LinkState = z.infer<typeof LinkState>;

/**
 * `asOf` in ms since 1970: until when the states were known to be right, or for `up` since when they are right again.
 */
export const LinkChange = z.object({ type: z.literal("link"), link: LinkState, asOf: Milliseconds });
export type LinkChange = z.infer<typeof LinkChange>;
