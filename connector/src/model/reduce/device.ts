/** EV2: extension states by hint, by device, by membership, in that order of trust. */
import type { DeviceState, ExtensionState } from "@pbxis/shared";
import type { DeviceStateChange, ExtensionStatus } from "../../ami/event/event.ts";
import { isDeviceAuthoritative } from "../../ami/event/narrowing.ts";
import { type Changes, markExtensionStatus } from "../state/changes.ts";
import { onPresence } from "../state/presence.ts";
import { type Agent, agentRecord, type Device, type Hint, type Model } from "../state/state.ts";
import { membersInOrder, refreshMember, reportedDeviceStatus, withHold } from "./member.ts";
import { notePauseDevice } from "./unannounced.ts";

export function onExtensionStatus(model: Model, changes: Changes, event: ExtensionStatus): void {
  const key = `${event.exten}@${event.context}`;
  // The first device of a hint is the phone; the others are do-not-disturb switches and the like.
  const device = event.hint.split(/[&,]/, 1)[0] ?? "";
  const id = model.rule.agentOfDevice(device);
  const known = model.hints.get(key);
  if (known && (known.agent.id !== id || event.status === removedHint)) dropHint(model, changes, known);
  if (id === null || event.status === removedHint) return;
  const kept = model.hints.get(key);
  const isSole = event.hint === device && isDeviceAuthoritative(device);
  if (kept) {
    // What its device said may be newer than a live event, but not than a list; and of a hint's own troubles it knows nothing.
    if (event.listed || event.status < 0 || !isSole) kept.byDevice = false;
    kept.status = event.status;
    kept.device = device;
    kept.isSole = isSole;
    kept.touched = model.generation;
    markExtensionStatus(changes, kept.agent);
    return;
  }
  const agent = agentRecord(model, id);
  const hint: Hint = {
    ...{ key, exten: event.exten, device, isSole, agent },
    ...{ status: event.status, byDevice: false, touched: model.generation },
  };
  model.hints.set(key, hint);
  agent.hints.set(key, hint);
  onPresence(model, changes, agent);
}

/** AST_EXTENSION_REMOVED. */
const removedHint = -2;

export function dropHint(model: Model, changes: Changes, hint: Hint): void {
  model.hints.delete(hint.key);
  hint.agent.hints.delete(hint.key);
  onPresence(model, changes, hint.agent);
}

export function onDeviceStateChange(model: Model, changes: Changes, event: DeviceStateChange): void {
  if (notePauseDevice(model, event)) return;
  tellFollowers(model, changes, event);
  const known = model.devices.get(event.device);
  if (known) {
    known.state = event.state;
    known.touched = model.generation;
    noteHints(known);
    markExtensionStatus(changes, known.agent);
    return;
  }
  const id = model.rule.agentOfDevice(event.device);
  if (id === null) return;
  const agent = agentRecord(model, id);
  const device: Device = { name: event.device, agent, state: event.state, touched: model.generation };
  model.devices.set(event.device, device);
  agent.devices.set(event.device, device);
  noteHints(device);
  onPresence(model, changes, agent);
}

function noteHints(device: Device): void {
  for (const hint of device.agent.hints.values()) if (hint.isSole && hint.device === device.name) hint.byDevice = true;
}

/** AST_DEVICE_*, in app_queue's numbers. */
const numbers = ["UNKNOWN", "NOT_INUSE", "INUSE", "BUSY", "INVALID", "UNAVAILABLE", "RINGING", "RINGINUSE", "ONHOLD"];

function tellFollowers(model: Model, changes: Changes, event: DeviceStateChange): void {
  const status = Math.max(0, numbers.indexOf(event.state));
  for (const member of model.followers.get(event.device) ?? []) {
    member.byDevice = true;
    if (member.facts.status === status) continue;
    member.facts = { ...member.facts, status };
    refreshMember(changes, member, event.at);
  }
}

export function dropDevice(model: Model, changes: Changes, device: Device): void {
  model.devices.delete(device.name);
  device.agent.devices.delete(device.name);
  onPresence(model, changes, device.agent);
}

export function extensionStateOf(agent: Agent): ExtensionState {
  const hint = hintOf(agent);
  const device = hint ? hint.byDevice && agent.devices.get(hint.device) : firstByKey(agent.devices);
  if (device) return withHold(agent, fromDevice(device.state));
  if (hint) return withHold(agent, fromHint(hint.status));
  const member = membersInOrder(agent)[0];
  return withHold(agent, member ? withoutUnknown(reportedDeviceStatus(member)) : "unavailable");
}

/** The agent's own extension's hint; else the first, for a hint may also be a group's that happens to begin with this phone. */
export function hintOf(agent: Agent): Hint | undefined {
  for (const hint of agent.hints.values()) if (hint.exten === agent.id) return hint;
  return firstByKey(agent.hints);
}

function firstByKey<Value>(entries: ReadonlyMap<string, Value>): Value | undefined {
  let first: string | undefined;
  for (const key of entries.keys()) if (first === undefined || key < first) first = key;
  return first === undefined ? undefined : entries.get(first);
}

/** The flags of an ExtensionStatus: 1 in use, 2 busy, 4 unavailable, 8 ringing, 16 on hold; negative where a hint is out of order. */
function fromHint(status: number): ExtensionState {
  if (status < 0 || status & 4) return "unavailable";
  if (status & 8) return status & (1 | 16) ? "ringinuse" : "ringing";
  if (status & 2) return "busy";
  // In use and on hold: of two calls one is on hold, so the active one is not.
  if (status & 1) return "inuse";
  return status & 16 ? "onhold" : "not_inuse";
}

const deviceStates: ReadonlyMap<string, DeviceState> = new Map([
  ["NOT_INUSE", "not_inuse"],
  ["INUSE", "inuse"],
  ["BUSY", "busy"],
  ["INVALID", "unavailable"],
  ["UNAVAILABLE", "unavailable"],
  ["RINGING", "ringing"],
  ["RINGINUSE", "ringinuse"],
  ["ONHOLD", "onhold"],
]);

function fromDevice(state: string): ExtensionState {
  return withoutUnknown(deviceStates.get(state) ?? "unknown");
}

/** Asterisk's own hints take a device of unknown state for an idle one. */
function withoutUnknown(status: DeviceState): ExtensionState {
  return status === "unknown" ? "not_inuse" : status;
}
