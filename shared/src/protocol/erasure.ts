/** Deleting what a site has stored (AP16 of PROTOCOL.md). */
import * as z from "zod";
import { SiteId } from "./id.ts";

const count = z.number().int().nonnegative();

/** In how many calls, logged events, present states, commands and dead letters of webhooks the number was. */
export const Erasure = z.object({ calls: count, events: count, states: count, commands: count, deadLetters: count });
export type Erasure = z.infer<typeof Erasure>;

/** The request to delete a whole site: `confirm` is its name. */
export const DeletionRequest = z.strictObject({ confirm: z.string() });

/** `objects`: how many objects (of streams and of webhooks) were emptied besides the site's own. */
export const Deletion = z.object({ site: SiteId, objects: count });
export type Deletion = z.infer<typeof Deletion>;
