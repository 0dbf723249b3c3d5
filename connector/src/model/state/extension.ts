/**
 * EV2: an extension's status. Its hint is trusted first, then a membership for one of the agent's own devices, then a
 * device whose changes are reported, then any membership. All of these are followed live.
 */
import type { DeviceState, ExtensionState } from "@pbxis/shared";
import { statusOfName, statusOfNumber } from "./device-state.ts";
import { membersInOrder, withHold } from "./member.ts";
import type { Agent, Device, Hint, Member } from "./state.ts";

export function extensionStateOf(agent: Agent): ExtensionState {
  const hint = hintOf(agent);
  if (hint) {
    const state = hint.byDevice ? agent.devices.get(hint.device)?.state : undefined;
    return withHold(agent, typeof state === "string" ? fromDevice(state) : fromHint(hint.status));
  }
  const members = membersInOrder(agent);
  const ofDevice = members.find(({ facts }) => agent.devices.has(facts.stateInterface));
  if (ofDevice) return withHold(agent, fromMember(ofDevice));
  const state = followedState(agent);
  if (state !== null) return withHold(agent, fromDevice(state));
  const member = members[0];
  return withHold(agent, member ? fromMember(member) : "unavailable");
}

/** The state of the first device whose changes are reported. */
function followedState(agent: Agent): string | null {
  let first: Device | undefined;
  for (const device of agent.devices.values())
    if (device.state !== null && (first === undefined || device.name < first.name)) first = device;
  return first?.state ?? null;
}

function fromDevice(state: string): ExtensionState {
  return unknownAsIdle(statusOfName(state));
}

function fromMember(member: Member): ExtensionState {
  return unknownAsIdle(statusOfNumber(member.facts.status));
}

/**
 * The hint of the agent's own extension. Else the first one, which may be a group's that happens to list this phone
 * first.
 */
export function hintOf(agent: Agent): Hint | undefined {
  for (const hint of agent.hints.values()) if (hint.exten === agent.id) return hint;
  return firstByKey(agent.hints);
}

function firstByKey<Value>(entries: ReadonlyMap<string, Value>): Value | undefined {
  let first: string | undefined;
  for (const key of entries.keys()) if (first === undefined || key < first) first = key;
  return first === undefined ? undefined : entries.get(first);
}

/**
 * The flags of an ExtensionStatus: 1 in use, 2 busy, 4 unavailable, 8 ringing, 16 on hold. Negative if the hint is out
 * of order.
 */
function fromHint(status: number): ExtensionState {
  if (status < 0 || status & 4) return "unavailable";
  if (status & 8) return status & (1 | 16) ? "ringinuse" : "ringing";
  if (status & 2) return "busy";
  // In use and on hold: there are two calls and one is on hold, so the active one is not.
  if (status & 1) return "inuse";
  return status & 16 ? "onhold" : "not_inuse";
}

/** Asterisk's own hints treat a device of unknown state as idle. */
function unknownAsIdle(status: DeviceState): ExtensionState {
  return status === "unknown" ? "not_inuse" : status;
}
