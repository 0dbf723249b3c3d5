/**
 * The pseudo device `Queue:<queue>_pause_<interface>`, which app_queue keeps for each membership. In use means paused.
 */
import type { Member, Model } from "./state.ts";

const prefix = "Queue:";
const infix = "_pause_";

export function pauseDeviceOf(queue: string, memberInterface: string): string {
  return `${prefix}${queue}${infix}${memberInterface}`;
}

export function isPauseDevice(device: string): boolean {
  return device.startsWith(prefix) && device.includes(infix, prefix.length + 1);
}

/** The interface in a pause device's name, cut at the first `_pause_`. */
export function interfaceOfPauseDevice(device: string): string {
  return device.slice(device.indexOf(infix) + infix.length);
}

/**
 * Queues and interfaces may have `_pause_` in their own names: of the ways to split the device's name, the one that
 * fits a member.
 */
export function memberOfPauseDevice(model: Model, device: string): Member | undefined {
  const name = device.slice(prefix.length);
  for (let cut = name.indexOf(infix); cut >= 0; cut = name.indexOf(infix, cut + 1)) {
    const member = model.queues.get(name.slice(0, cut))?.members.get(name.slice(cut + infix.length));
    if (member) return member;
  }
  return undefined;
}
