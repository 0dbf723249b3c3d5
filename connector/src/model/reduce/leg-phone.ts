/**
 * Which phone answered behind an agent's Local channel. It may have any name: a mobile's is a trunk's. While the Local
 * channel lives it carries the call (state/leg.ts). When Asterisk optimizes it away, the phone takes its place.
 */
import { otherHalf } from "../state/agent.ts";
import type { Changes } from "../state/changes.ts";
import { channelsBehind, isOfAnyAgent, isPhoneOf } from "../state/leg.ts";
import type { Agent, Channel, Model } from "../state/state.ts";
import { assignAgent, assignGuest } from "./channel.ts";
import { markConnected } from "./connected.ts";
import { noteAgentBack, servedCallOf } from "./served.ts";

/** To be called when something was connected with a Local channel that awaits its phone. */
export function findPhone(model: Model, leg: Channel): void {
  const { agent } = leg;
  if (!agent) return;
  for (const other of channelsBehind(model, leg)) {
    if (otherHalf(other.name) !== undefined) continue;
    leg.awaitsPhone = false;
    if (isPhoneOf(model, agent, other) || !isOfAnyAgent(other)) leg.phone = other;
    // Another agent has answered. When that phone goes, the call does not come back.
    else leg.isAnothers = true;
    return;
  }
}

/**
 * To be called when a channel ends. If Asterisk has optimized it away, the phone talks to somebody without it. If the
 * call ends, at most the Local channel's other half is left with the phone.
 */
export function passOnCall(model: Model, changes: Changes, leg: Channel): void {
  const { agent, phone } = leg;
  if (!agent || !phone?.bridge) return;
  const half = otherHalf(leg.name);
  const isInCall = [...phone.bridge.channels].some((other) => other !== phone && other.name !== half);
  if (!isInCall) return;
  phone.queueCall ??= leg.queueCall;
  assignPhone(model, changes, phone, agent);
  const served = servedCallOf(model, phone);
  if (served) noteAgentBack(served);
}

/** The phone may be another agent's as well: both then have the call. */
export function assignPhone(model: Model, changes: Changes, phone: Channel, agent: Agent): void {
  const former = phone.agent ?? undefined;
  if (former !== agent && isOfAnyAgent(phone)) assignGuest(model, phone, agent);
  else assignAgent(model, phone, agent);
  markConnected(model, changes, phone, former);
}
