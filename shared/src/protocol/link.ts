/**
 * How fresh the states are (ST3). A change of the link has a place in the site's order like any event, so that a client that
 * resumes learns of it on every transport.
 */
import * as z from "zod";
import { Milliseconds } from "./event.ts";

/** `down`: the connector has lost AMI; `offline`: the connector is gone. States are then "as of" the time told. */
export const LinkState = z.literal(["up", "down", "offline"]);
export type LinkState = z.infer<typeof LinkState>;

/** `asOf` (ms): until when the states were known to be right; for `up`, when they became right again. */
export const LinkChange = z.object({ type: z.literal("link"), link: LinkState, asOf: Milliseconds });
export type LinkChange = z.infer<typeof LinkChange>;
