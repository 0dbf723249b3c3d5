/**
 * The states of a device (`AST_DEVICE_*`), in Asterisk's three spellings of them: app_queue's number (the index here),
 * the name in `DeviceStateChange`, and the status that is published. An invalid device cannot be reached either, so it
 * is published as unavailable.
 */
import type { DeviceState } from "@pbxis/shared";

const deviceStates: readonly Readonly<{ name: string; status: DeviceState }>[] = [
  { name: "UNKNOWN", status: "unknown" },
  { name: "NOT_INUSE", status: "not_inuse" },
  { name: "INUSE", status: "inuse" },
  { name: "BUSY", status: "busy" },
  { name: "INVALID", status: "unavailable" },
  { name: "UNAVAILABLE", status: "unavailable" },
  { name: "RINGING", status: "ringing" },
  { name: "RINGINUSE", status: "ringinuse" },
  { name: "ONHOLD", status: "onhold" },
];

const numbersByName: ReadonlyMap<string, number> = new Map(deviceStates.map(({ name }, number) => [name, number]));

/** The number of a name, 0 (unknown) for a name that Asterisk does not have. */
export function deviceStateNumber(name: string): number {
  return numbersByName.get(name) ?? 0;
}

export function statusOfNumber(number: number): DeviceState {
  return deviceStates[number]?.status ?? "unknown";
}

export function statusOfName(name: string): DeviceState {
  return statusOfNumber(deviceStateNumber(name));
}

/** Counted as logged in by app_queue's QueueSummary. */
export function isReachable(number: number): boolean {
  return deviceStates[number]?.status !== "unavailable";
}

/** Counted as available by app_queue's QueueSummary: idle, or a device that reports no state. */
export function isFree(number: number): boolean {
  const status = deviceStates[number]?.status;
  return status === "not_inuse" || status === "unknown";
}
