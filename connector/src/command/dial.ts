/** CM13: what may be dialed for an agent. Nothing else ever becomes a `Channel` to dial or a new member's `Interface`. */
import type { Lookup } from "../model/lookup.ts";

/** A device by its technology, without the `&`, `,`, `/` and `@` that would make it several, an option or somewhere else. */
const device = /^(?!(?:Local|Agent)\/)[A-Za-z0-9]{1,20}\/[A-Za-z0-9_.+-]{1,80}$/i;
const local = /^Local\/[A-Za-z0-9_.+-]{1,80}@[A-Za-z0-9_.-]{1,79}(?:\/[a-z]{1,4})?$/;

export function isDialable(text: string): boolean {
  return device.test(text) || local.test(text);
}

/** The agent's phone; else how a queue reaches the agent; else what the setting says. Null if even that cannot be dialed. */
export function interfaceToDial(lookup: Lookup, agent: string, prefix: string): string | null {
  const known = [lookup.phoneOf(agent), ...lookup.membershipsOf(agent).map(({ memberInterface }) => memberInterface)];
  return [...known, `${prefix}${agent}`].find((text) => text !== null && isDialable(text)) ?? null;
}

/**
 * As the agent's other queues do it, so that one agent is one member everywhere; behind a Local channel the phone's own state is what counts
 * (`stateInterface`).
 */
export function interfaceToAdd(
  lookup: Lookup,
  agent: string,
  queue: string,
  prefix: string,
): Readonly<{ memberInterface: string; stateInterface: string | undefined }> | null {
  const memberships = lookup.membershipsOf(agent);
  const there = memberships.filter((membership) => membership.queue === queue);
  const known = [...there, ...memberships].find(({ memberInterface }) => isDialable(memberInterface));
  const memberInterface = known?.memberInterface ?? interfaceToDial(lookup, agent, prefix);
  if (memberInterface === null) return null;
  const phone = lookup.phoneOf(agent);
  const isBehindLocal = local.test(memberInterface) && phone !== null && device.test(phone);
  return { memberInterface, stateInterface: isBehindLocal ? phone : undefined };
}
