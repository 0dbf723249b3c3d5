/**
 * CM1, EV7: originated calls.
 *
 * Why one failed: Asterisk's OriginateResponse only says "still ringing" or "anything else". The actual reason is in
 * the Hangup of the channel, which follows at once, if there was a channel at all. The channel's Uniqueid has the
 * ActionID (state/originated.ts).
 *
 * Whose call it is: the first channel is the agent's (reduce/channel.ts), and if that is a Local channel, the phone
 * behind it (reduce/leg-phone.ts).
 */
import type { EventOf } from "@pbxis/shared";
import type { Hangup, OriginateResponse } from "../../ami/event/event.ts";
import { addProvisional, addSettled, type Changes } from "../state/changes.ts";
import { isPhoneOf } from "../state/leg.ts";
import { actionIdOf, originatedBy } from "../state/originated.ts";
import type { Model } from "../state/state.ts";
import { channelSubject } from "../state/subject.ts";
import { causedBy } from "./derive.ts";
import { assignPhone } from "./leg-phone.ts";

/** AST_CONTROL_RINGING: the phone was still ringing at the time-out. Every other failure has reason 0. */
const stillRinging = 3;

/** For how long a vague failure waits for the Hangup with the precise reason. */
const vagueMs = 50;

/** A failed originate is published once (EV7). */
function idOf(actionId: string): string {
  return `originateFailed,${actionId}`;
}

export function onOriginateResponse(model: Model, changes: Changes, event: OriginateResponse): void {
  const { actionId, uniqueId, at } = event;
  if (event.success) return;
  const cause = model.ended.get(actionId);
  if (event.reason === stillRinging) addSettled(changes, idOf(actionId), failure(actionId, "noAnswer", at));
  else if (cause !== undefined) addSettled(changes, idOf(actionId), failure(actionId, reasonOf(cause), at));
  else {
    model.failedOriginates.set(actionId, true);
    // A channel that was tried ends right after this. If the channel has our Uniqueid and no Hangup follows, Asterisk
    // made no channel.
    const isNamed = uniqueId !== null && actionIdOf(uniqueId) === actionId;
    addProvisional(changes, idOf(actionId), failure(actionId, isNamed ? "unreachable" : "failed", at), vagueMs);
  }
}

export function onOriginatedEnd(model: Model, changes: Changes, event: Hangup): void {
  const actionId = actionIdOf(event.uniqueId);
  if (actionId !== event.uniqueId) model.ended.set(actionId, event.cause);
  if (!model.failedOriginates.has(actionId)) return;
  model.failedOriginates.delete(actionId);
  addSettled(changes, idOf(actionId), failure(actionId, reasonOf(event.cause), event.at));
}

/**
 * After a restart of the connector only the Linkedid of a call says whom it was originated for. It decides for the
 * agent's own phones; which of two other channels is a mobile of the agent's, nobody knows any more.
 */
export function findOriginatedPhones(model: Model, changes: Changes): void {
  for (const channel of model.channels.values()) {
    const id = originatedBy(channel.linkedId)?.agent;
    const agent = id ? model.agents.get(id) : undefined;
    if (!agent || channel.agent === agent || channel.guest === agent || model.channels.has(channel.linkedId)) continue;
    if (!isPhoneOf(model, agent, channel)) continue;
    causedBy(model, changes, channelSubject(channel.uniqueId), () => assignPhone(model, changes, channel, agent));
  }
}

function failure(actionId: string, reason: string, at: number): EventOf<"originateFailed"> {
  return { type: "originateFailed", actionId, reason, at };
}

/** By Q.850 cause. */
const reasons: Readonly<Record<number, string>> = {
  1: "unreachable", // No such number.
  3: "unreachable", // No route.
  17: "busy",
  18: "noAnswer",
  19: "noAnswer",
  20: "unreachable", // Not registered.
  21: "declined",
  27: "unreachable", // Out of order.
};

function reasonOf(cause: number): string {
  return reasons[cause] ?? "failed";
}
