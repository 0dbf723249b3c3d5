/** What the link reads out of answers. */
import type { Packet } from "../wire/packet.ts";

/**
 * Before it is fully booted, Asterisk gives the beginning of 1970 as its start, which is 1969 west of Greenwich. An answer without
 * a date is no reason to wait for ever.
 */
export function hasStarted(packet: Packet | null): boolean {
  return !packet?.fields.get("CoreStartupDate")?.startsWith("19");
}

/** Actions of modules that are not loaded yet, as while booting, are unknown rather than denied. */
export function isDenied(message: string): boolean {
  return message.startsWith("Permission denied");
}
