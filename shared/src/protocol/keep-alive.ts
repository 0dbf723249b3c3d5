/** The texts that keep an idle socket open (AP1, UP7). */

/** Sent by clients and connectors. The worker's runtime answers it with `pong` without waking a hibernating object. */
export const ping = "ping";
export const pong = "pong";
