/**
 * CM20: an attended transfer from the command to its end, by the bridges that the agent's channel enters (22.10 and
 * 16.28).
 *
 * | what happens                                             | the consultation                        |
 * |----------------------------------------------------------|-----------------------------------------|
 * | the command is sent                                      | is noted                                |
 * | the command failed                                       | is forgotten                            |
 * | the agent's channel enters a bridge without the caller   | begins: EV4 `consulting`                |
 * | it resumes the call before that                          | is forgotten                            |
 * | it enters one with the caller: cancelled, the third      | is over                                 |
 * | party did not answer or hung up, or all three are joined |                                         |
 * | it ends, or the caller does                              | is over                                 |
 */
import type { ConsultationCommanded } from "../../ami/event/event.ts";
import { type Changes, markCalls } from "../state/changes.ts";
import { isTogether } from "../state/in-call-view.ts";
import type { Channel, Model } from "../state/state.ts";
import { channelNamed } from "./in-call.ts";

export function onConsultationCommanded(model: Model, changes: Changes, event: ConsultationCommanded): void {
  const agentChannel = channelNamed(model, event.channel);
  if (!agentChannel) return;
  const { consultations } = model.inCall;
  const caller = event.caller === null ? undefined : channelNamed(model, event.caller);
  if (event.to === null || !caller) endConsultation(model, changes, agentChannel);
  else consultations.set(agentChannel.uniqueId, { caller: caller.uniqueId, to: event.to, begun: false });
}

/** To be called when a channel has entered a bridge. */
export function followConsultation(model: Model, changes: Changes, channel: Channel): void {
  const consultation = model.inCall.consultations.get(channel.uniqueId);
  if (!consultation) return;
  const together = isTogether(model, channel, consultation);
  if (together && consultation.begun) endConsultation(model, changes, channel);
  else consultation.begun ||= !together;
}

/** To be called when the agent's channel resumes a call: the transfer failed before it began. */
export function endIfNotBegun(model: Model, changes: Changes, channel: Channel): void {
  if (model.inCall.consultations.get(channel.uniqueId)?.begun === false) endConsultation(model, changes, channel);
}

/** To be called when a channel ends. */
export function endConsultationsOf(model: Model, changes: Changes, ended: Channel): void {
  endConsultation(model, changes, ended);
  for (const [uniqueId, { caller }] of model.inCall.consultations) {
    const agentChannel = caller === ended.uniqueId ? model.channels.get(uniqueId) : undefined;
    if (agentChannel) endConsultation(model, changes, agentChannel);
  }
}

function endConsultation(model: Model, changes: Changes, agentChannel: Channel): void {
  if (!model.inCall.consultations.delete(agentChannel.uniqueId)) return;
  if (agentChannel.agent) markCalls(changes, agentChannel.agent);
}
