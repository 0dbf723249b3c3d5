/**
 * Members that change without a word. For realtime members, and for those that a `queue reload` brings, Asterisk 22.10 sends no QueueMember event; all
 * there is, is the state of the pseudo device `Queue:<queue>_pause_<interface>`: in use means paused. Ordinary pauses and log-ons
 * have it too, just before their own event: so it is only noted here, and compared with the model a little later. What then still
 * contradicts it is reason enough to ask the lists again.
 */
import type { DeviceStateChange } from "../../ami/event/event.ts";
import type { Member, Model } from "../state/state.ts";

const pauseDevice = /^Queue:.+_pause_/;

/** Of more devices at once than this, the rest is left to the next regeneration. */
const maxNotes = 1000;

export function pauseDeviceOf(queue: string, memberInterface: string): string {
  return `Queue:${queue}_pause_${memberInterface}`;
}

/** True if the event was such a device's. While lists are asked there is nothing to note: they tell all. */
export function notePauseDevice(model: Model, event: DeviceStateChange): boolean {
  if (!pauseDevice.test(event.device)) return false;
  if (event.state === "NOT_INUSE" && model.removedMembers.has(event.device)) {
    model.removedMembers.delete(event.device);
    return true;
  }
  const isTelling = event.state === "INUSE" || event.state === "NOT_INUSE";
  if (isTelling && model.pending.size === 0 && model.pauseNotes.size < maxNotes)
    model.pauseNotes.set(event.device, { isPaused: event.state === "INUSE", isRipe: false });
  return true;
}

/**
 * Whether what was noted before the last call contradicts the model; what was noted since is left for the next call, so that the
 * event which explains it has the time between two calls to come.
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
  const member = memberOfDevice(model, device);
  if (member) return member.facts.paused !== isPaused;
  // A member whose interface is no agent's is none of ours.
  return model.rule.agentOfInterface(device.slice(device.indexOf("_pause_") + "_pause_".length)) !== null;
}

/** Queues and interfaces may have `_pause_` in their names: of the ways to read the device's name, the one that names a queue. */
function memberOfDevice(model: Model, device: string): Member | undefined {
  const name = device.slice("Queue:".length);
  for (let cut = name.indexOf("_pause_"); cut >= 0; cut = name.indexOf("_pause_", cut + 1)) {
    const member = model.queues.get(name.slice(0, cut))?.members.get(name.slice(cut + "_pause_".length));
    if (member) return member;
  }
  return undefined;
}
