/** What keeps a quiet socket alive. */

/** Sent by either side's peer as plain text to keep a socket alive; answered without waking an object. */
export const ping = "ping";
export const pong = "pong";
