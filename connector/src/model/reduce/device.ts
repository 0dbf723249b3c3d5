/** EV2: the hints and devices that an extension's status is read from (state/extension.ts). */
import type { DeviceStateChange, ExtensionStatus } from "../../ami/event/event.ts";
import { isDeviceAuthoritative } from "../../ami/event/narrowing.ts";
import { type Changes, markExtensionStatus } from "../state/changes.ts";
import type { Device, Hint, Model } from "../state/state.ts";
import { agentRecord, onPresenceChange } from "./agent.ts";

/** The status of a hint that was removed (AST_EXTENSION_REMOVED). */
const removed = -2;

export function onExtensionStatus(model: Model, changes: Changes, event: ExtensionStatus): void {
  const key = `${event.exten}@${event.context}`;
  const known = model.hints.get(key);
  if (known && known.text === event.hint && event.status !== removed) {
    updateHint(model, changes, known, event);
    return;
  }
  // A hint's first device is the phone. The others are do-not-disturb switches and the like.
  const devices = event.hint.split(",", 1)[0]?.split("&") ?? [];
  const device = devices[0] ?? "";
  const id = model.rule.agentOfDevice(device);
  if (known && (known.agent.id !== id || event.status === removed)) dropHint(model, changes, known);
  if (id === null || event.status === removed) return;
  const watched = { text: event.hint, device, devices, isSole: event.hint === device && isDeviceAuthoritative(device) };
  const kept = model.hints.get(key);
  if (kept) {
    updateHint(model, changes, Object.assign(kept, watched), event);
    return;
  }
  const agent = agentRecord(model, id);
  const { exten, status } = event;
  const hint: Hint = { key, exten, ...watched, agent, status, byDevice: false, seenIn: model.generation };
  model.hints.set(key, hint);
  agent.hints.set(key, hint);
  onPresenceChange(model, changes, agent);
}

function updateHint(model: Model, changes: Changes, hint: Hint, { status, listed }: ExtensionStatus): void {
  // The device's state may be newer than a live event, but not than a list. And it says nothing of a hint that is out
  // of order.
  if (listed || status < 0 || !hint.isSole) hint.byDevice = false;
  hint.status = status;
  hint.seenIn = model.generation;
  markExtensionStatus(changes, hint.agent);
}

export function dropHint(model: Model, changes: Changes, hint: Hint): void {
  model.hints.delete(hint.key);
  hint.agent.hints.delete(hint.key);
  onPresenceChange(model, changes, hint.agent);
}

export function onDevice(model: Model, changes: Changes, event: DeviceStateChange): void {
  const known = model.devices.get(event.device);
  if (known) {
    known.state = followedState(event);
    known.seenIn = model.generation;
    noteHints(known);
    markExtensionStatus(changes, known.agent);
    return;
  }
  const id = model.rule.agentOfDevice(event.device);
  if (id === null) return;
  const agent = agentRecord(model, id);
  const device: Device = { name: event.device, agent, state: followedState(event), seenIn: model.generation };
  model.devices.set(event.device, device);
  agent.devices.set(event.device, device);
  noteHints(device);
  onPresenceChange(model, changes, agent);
}

function followedState(event: DeviceStateChange): string | null {
  return isDeviceAuthoritative(event.device) ? event.state : null;
}

function noteHints(device: Device): void {
  for (const hint of device.agent.hints.values()) if (hint.isSole && hint.device === device.name) hint.byDevice = true;
}

export function dropDevice(model: Model, changes: Changes, device: Device): void {
  model.devices.delete(device.name);
  device.agent.devices.delete(device.name);
  onPresenceChange(model, changes, device.agent);
}
