/**
 * Members that change without an event. For realtime members, and for members that a `queue reload` adds, Asterisk
 * 22.10 sends no QueueMember event. The only sign is the state of their pause device (state/pause-device.ts). Ordinary
 * pauses and log-ons change it too, just before their own event. So its state is only noted here and compared with the
 * model a little later. If they still disagree, the lists have to be read again.
 */
import type { DeviceStateChange } from "../../ami/event/event.ts";
import { interfaceOfPauseDevice, isPauseDevice, memberOfPauseDevice } from "../state/pause-device.ts";
import type { Model } from "../state/state.ts";

/** With more notes than this, further ones are dropped: the next regeneration finds what they were about. */
const maxNotes = 1000;

/** True if the event was a pause device's. Nothing is noted while lists are read, because they report every member. */
export function notePauseDevice(model: Model, event: DeviceStateChange): boolean {
  if (!isPauseDevice(event.device)) return false;
  if (event.state === "NOT_INUSE" && model.removedMembers.has(event.device)) {
    model.removedMembers.delete(event.device);
    return true;
  }
  const hasMeaning = event.state === "INUSE" || event.state === "NOT_INUSE";
  if (hasMeaning && model.pending.size === 0 && model.pauseNotes.size < maxNotes)
    model.pauseNotes.set(event.device, { isPaused: event.state === "INUSE", isRipe: false });
  return true;
}

/**
 * Whether notes from before the previous call contradict the model. Newer notes are left for the next call, which gives
 * the event that explains them the time between two calls to arrive.
 */
export function takePauseDoubts(model: Model): boolean {
  let isInDoubt = false;
  for (const [device, note] of model.pauseNotes) {
    if (note.isRipe) {
      model.pauseNotes.delete(device);
      isInDoubt ||= contradicts(model, device, note.isPaused);
    } else note.isRipe = true;
  }
  return isInDoubt;
}

function contradicts(model: Model, device: string, isPaused: boolean): boolean {
  const member = memberOfPauseDevice(model, device);
  if (member) return member.facts.paused !== isPaused;
  // An unknown member matters only if its interface rings an agent.
  return model.rule.agentOfInterface(interfaceOfPauseDevice(device)) !== null;
}
