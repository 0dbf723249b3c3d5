/**
 * Members whose state `DeviceStateChange` alone tells (ami/narrowing.ts). app_queue takes it from the same message of Asterisk's core, and tells it
 * in an event of its own a moment later or earlier: from then on that word is no news, and may be an old one.
 */
import { isDeviceAuthoritative } from "../../ami/event/narrowing.ts";
import type { Member, Model } from "../state/state.ts";

/** To be called for a member that is new, or whose state interface is. */
export function followDevice(model: Model, member: Member): void {
  const { stateInterface } = member.facts;
  if (!isDeviceAuthoritative(stateInterface)) return;
  const followers = model.followers.get(stateInterface);
  if (followers) followers.add(member);
  else model.followers.set(stateInterface, new Set([member]));
}

/** To be called before the member goes, or another state interface is taken in. */
export function unfollowDevice(model: Model, member: Member): void {
  const { stateInterface } = member.facts;
  const followers = model.followers.get(stateInterface);
  member.byDevice = false;
  if (followers?.delete(member) && followers.size === 0) model.followers.delete(stateInterface);
}
