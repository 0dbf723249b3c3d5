/** What AMI and the dialplan do with a caller who waits in a queue. */
import { type Channel, channelNamed, type PbxState, type Queue } from "../state.ts";
import { emitConnectedLine, join } from "./channel.ts";
import { endRing, endWait } from "./queue-call.ts";

/** QueueChangePriorityCaller with Immediate: nothing is sent of it. False if the caller does not wait there. */
export function changePriority(queue: Queue, caller: string, priority: number): boolean {
  const call = queue.waiting.find(({ channel }) => channel.name === caller);
  if (!call) return false;
  call.priority = priority;
  const others = queue.waiting.filter((one) => one !== call);
  const behind = others.findIndex((one) => one.priority < priority);
  queue.waiting = behind < 0 ? [...others, call] : others.toSpliced(behind, 0, call);
  return true;
}

/** The application Bridge takes the other channel from where it is. False if there is none of that name. */
export function bridgeWith(state: PbxState, channel: Channel): boolean {
  const target = channelNamed(state, channel.variables.get("PBXIS_CHANNEL"));
  if (!target) return false;
  takeFromQueue(state, target, channel);
  join(state, target, channel);
  emitConnectedLine(state, target, channel);
  return true;
}

/** Asterisk sends neither QueueCallerAbandon nor QueueCallerLeave (16.28 and 22.10). */
function takeFromQueue(state: PbxState, caller: Channel, taker: Channel): void {
  const call = [...state.calls].find(({ channel, served }) => channel === caller && !served);
  if (!call) return;
  call.queue.waiting = call.queue.waiting.filter((one) => one !== call);
  endWait(state, call, ["picked"], taker.device.agent?.id ?? null);
  for (const ring of call.rings) endRing(state, call, ring, 0, ["elsewhere", "noAnswer"]);
  state.calls.delete(call);
}
