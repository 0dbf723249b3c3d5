/**
 * CM13: what may be dialed for an agent. Nothing else becomes an originate's `Channel` or a new member's `Interface`.
 */
import type { Lookup } from "../model/lookup.ts";

/** A technology and a device, without the `&`, `,`, `/` and `@` that would add devices, options or another host. */
const device = /^(?!(?:Local|Agent)\/)[A-Za-z0-9]{1,20}\/[A-Za-z0-9_.+-]{1,80}$/i;
const local = /^Local\/[A-Za-z0-9_.+-]{1,80}@[A-Za-z0-9_.-]{1,79}(?:\/[a-z]{1,4})?$/;

export function isDialable(text: string): boolean {
  return device.test(text) || local.test(text);
}

/**
 * The agent's phone, otherwise a queue's interface for the agent, otherwise the setting's. Null if none can be dialed.
 */
export function interfaceToDial(lookup: Lookup, agent: string, prefix: string): string | null {
  const known = [lookup.phoneOf(agent), ...lookup.membershipsOf(agent).map(({ memberInterface }) => memberInterface)];
  return [...known, `${prefix}${agent}`].find((text) => text !== null && isDialable(text)) ?? null;
}

/**
 * The interface for a new membership: the one of the agent's other queues, so that the agent is the same member
 * everywhere. For a Local channel `stateInterface` is the phone behind it, whose device state counts.
 */
export function interfaceToAdd(
  lookup: Lookup,
  agent: string,
  queue: string,
  prefix: string,
): Readonly<{ memberInterface: string; stateInterface: string | undefined }> | null {
  const memberships = lookup.membershipsOf(agent);
  const inQueue = memberships.filter((membership) => membership.queue === queue);
  const known = [...inQueue, ...memberships].find(({ memberInterface }) => isDialable(memberInterface));
  const memberInterface = known?.memberInterface ?? interfaceToDial(lookup, agent, prefix);
  if (memberInterface === null) return null;
  const phone = lookup.phoneOf(agent);
  const isBehindLocal = local.test(memberInterface) && phone !== null && device.test(phone);
  return { memberInterface, stateInterface: isBehindLocal ? phone : undefined };
}
