/** How the link interprets Asterisk's answers. */
import type { Packet } from "../wire/packet.ts";

/**
 * Whether Asterisk has booted, by its answer to `CoreStatus`. Before that its start date is the beginning of 1970, or
 * the end of 1969 west of Greenwich. An answer without a date counts as booted, so that the link does not wait forever.
 */
export function hasStarted(packet: Packet | null): boolean {
  return !packet?.fields.get("CoreStartupDate")?.startsWith("19");
}

/**
 * Whether the account lacks the right. An action whose module is not loaded yet, as during boot, has another message:
 * it is unknown.
 */
export function isDenied(message: string): boolean {
  return message.startsWith("Permission denied");
}

/** Whether Asterisk does not know the action, because its module is not loaded. */
export function isUnknownAction(message: string): boolean {
  return message.startsWith("Invalid/unknown command");
}
