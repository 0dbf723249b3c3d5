/** EV2: an extension's status by its hint, else by its device, else by a membership. */
import type { DeviceState, ExtensionState } from "@pbxis/shared";
import { statusOfName, statusOfNumber } from "./device-state.ts";
import { membersInOrder, withHold } from "./member.ts";
import type { Agent, Hint } from "./state.ts";

export function extensionStateOf(agent: Agent): ExtensionState {
  const hint = hintOf(agent);
  const device = hint ? hint.byDevice && agent.devices.get(hint.device) : firstByKey(agent.devices);
  if (device) return withHold(agent, unknownAsIdle(statusOfName(device.state)));
  if (hint) return withHold(agent, fromHint(hint.status));
  const member = membersInOrder(agent)[0];
  return withHold(agent, member ? unknownAsIdle(statusOfNumber(member.facts.status)) : "unavailable");
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
