/**
 * EV13, AP11: Local channels of which the lists show that no phone is behind them.
 *
 * Behind a Local channel something else than a phone may have answered, such as a voicemail box. Live events do not
 * show it: a phone that was rung and did not answer appears in none. The list of channels has all of them, so once all
 * lists are complete, the model looks for the phone as a person would. Without one the call is not the agent's, until
 * one is connected behind the channel after all.
 */
import { otherHalf } from "../state/agent.ts";
import { isTalking } from "../state/call.ts";
import type { Changes } from "../state/changes.ts";
import { channelsBehind, connectedChannels, isOfAnyAgent, isPhoneOf } from "../state/leg.ts";
import type { Agent, Channel, Model } from "../state/state.ts";
import { channelSubject } from "../state/subject.ts";
import { markConnected } from "./connected.ts";
import { causedBy } from "./derive.ts";

/** To be called once all lists are complete. */
export function findEmptyLegs(model: Model, changes: Changes): void {
  for (const leg of model.locals.values()) {
    const { agent } = leg;
    const isEmpty = agent !== null && isTalking(leg) && !mayHavePhone(model, leg, agent);
    if (isEmpty === leg.isEmpty) continue;
    causedBy(model, changes, channelSubject(leg.uniqueId), () => {
      leg.isEmpty = isEmpty;
      markConnected(model, changes, leg);
    });
  }
}

/** A phone is behind the channel, waits there for another one, rings, or talks elsewhere in the same call. */
function mayHavePhone(model: Model, leg: Channel, agent: Agent): boolean {
  for (const { name, bridge } of channelsBehind(model, leg))
    if (otherHalf(name) === undefined || bridge?.channels.size === 1) return true;
  const connected = connectedChannels(model, leg);
  for (const other of model.channels.values()) {
    if (other.linkedId !== leg.linkedId || otherHalf(other.name) !== undefined) continue;
    if (connected.has(other) || other.uniqueId === leg.queueCall?.caller) continue;
    if (isPhoneOf(model, agent, other) || !isOfAnyAgent(other)) return true;
  }
  return false;
}
