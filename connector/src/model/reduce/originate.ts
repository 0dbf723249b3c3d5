/**
 * EV7: an originated call that failed. Asterisk's OriginateResponse only tells "still ringing" from "anything else".
 * The actual reason is in the Hangup of the channel, which follows at once, if there was a channel at all. The
 * connector therefore originates with the ActionID as ChannelId, which makes it the channel's Uniqueid.
 */
import type { EventOf } from "@pbxis/shared";
import type { Hangup, OriginateResponse } from "../../ami/event/event.ts";
import { addOccurrence, addProvisional, type Changes } from "../state/changes.ts";
import type { Model } from "../state/state.ts";

/** AST_CONTROL_RINGING: the phone was still ringing at the time-out. Every other failure has reason 0. */
const stillRinging = 3;

export function onOriginateResponse(model: Model, changes: Changes, event: OriginateResponse): void {
  const { actionId, at } = event;
  if (event.success) return;
  const cause = model.ended.get(actionId);
  if (event.reason === stillRinging) addOccurrence(changes, failure(actionId, "noAnswer", at));
  else if (cause !== undefined) addOccurrence(changes, failure(actionId, reasonOf(cause), at));
  else {
    model.failedOriginates.set(actionId, true);
    // A channel that was tried ends right after this. If the channel has our Uniqueid and no Hangup follows, Asterisk
    // made no channel.
    addProvisional(changes, failure(actionId, event.namedChannel ? "unreachable" : "failed", at));
  }
}

export function onOriginatedEnd(model: Model, changes: Changes, event: Hangup): void {
  if (!model.failedOriginates.has(event.uniqueId)) return;
  model.failedOriginates.delete(event.uniqueId);
  addOccurrence(changes, failure(event.uniqueId, reasonOf(event.cause), event.at));
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
