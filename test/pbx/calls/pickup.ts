/** The application PickupChan: a channel takes the call that rings at another. */
import { channelHeaders } from "../headers.ts";
import { type Channel, channelNamed, channelState, type PbxState, type PendingOriginate } from "../state.ts";
import { emit, emitConnectedLine, hangUp } from "./channel.ts";
import { queueCallOf } from "./conversation.ts";
import { originateOf } from "./originate.ts";
import { answerQueueCall } from "./queue-call.ts";

/** Q.850 cause 26. */
const answeredElsewhere = 26;

/**
 * Takes the ring of a queue, whose call then goes on with the channel, or of an Originate, which is returned: its call
 * goes on in the dialplan. False if neither rings there.
 */
export function pickUpRing(state: PbxState, channel: Channel): PendingOriginate | boolean {
  const target = channelNamed(state, channel.variables.get("PBXIS_CHANNEL"));
  if (target?.state !== channelState.ringing) return false;
  const call = queueCallOf(state, target);
  const ring = call?.rings.find((one) => one.channel === target);
  if (call && ring) {
    const { member } = ring;
    call.rings = call.rings.map((one) => (one === ring ? { member, channel } : one));
    emitConnectedLine(state, channel, call.channel);
    take(state, target, channel);
    answerQueueCall(state, call, member.agent);
    return true;
  }
  const pending = originateOf(state, target);
  if (!pending) return false;
  state.originates.delete(pending);
  take(state, target, channel);
  return { ...pending, channel };
}

function take(state: PbxState, target: Channel, channel: Channel): void {
  emit(state, "Pickup", "call", [...channelHeaders(channel), ...channelHeaders(target, "Target")]);
  hangUp(state, target, answeredElsewhere);
}
