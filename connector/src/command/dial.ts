/**
 * CM13: what may be dialed for an agent. Nothing else becomes an originate's `Channel` or a new member's `Interface`.
 */
import type { Lookup, MemberSetup } from "../model/lookup.ts";
import { commonForm, fillTemplate, isStateInterface, type MemberForm } from "./member-form.ts";
import type { CommandSettings } from "./settings.ts";

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

/** A new membership. An undefined field is left to Asterisk. */
type NewMember = Readonly<{
  memberInterface: string;
  stateInterface: string | undefined;
  name: string | undefined;
  penalty: number | undefined;
}>;

/**
 * CM4: how the agent becomes a member of the queue. In this order: as in the agent's other memberships, so that the
 * agent is the same member everywhere; as the agent was in this queue before; as the queue's other members are; as the
 * settings say; by the phone. Null if nothing can be dialed.
 */
export function memberToAdd(lookup: Lookup, agent: string, queue: string, settings: CommandSettings): NewMember | null {
  const current = lookup.memberSetups(agent);
  const inQueue = current.filter((setup) => setup.queue === queue);
  const last = lookup.lastSetup(agent, queue);
  const isUsable = ({ memberInterface }: MemberSetup) => isDialable(memberInterface);
  const known = [...inQueue, ...current, ...(last ? [last] : [])].find(isUsable);
  const form = known ?? formFor(lookup, agent, queue, settings);
  if (!form) return null;
  const { memberInterface } = form;
  const state = form.stateInterface ?? phoneBehind(lookup, agent, memberInterface);
  const penalty = (inQueue.length === 0 && last ? last : known)?.penalty ?? 0;
  return {
    memberInterface,
    stateInterface: state !== null && isStateInterface(state) ? state : undefined,
    name: known?.name ?? lookup.nameOf(agent) ?? undefined,
    penalty: penalty === 0 ? undefined : penalty,
  };
}

/** For an agent of whom no membership is known. */
function formFor(lookup: Lookup, agent: string, queue: string, settings: CommandSettings): MemberForm | null {
  const common = commonForm(lookup.setupsIn(queue));
  if (common) {
    const memberInterface = fillTemplate(common.memberInterface, agent);
    const phone = lookup.phoneOf(agent);
    // Members that are dialed directly have the phone's own name, which need not be the id.
    if (!local.test(memberInterface) && phone !== null && isDialable(phone))
      return { memberInterface: phone, stateInterface: null };
    if (isDialable(memberInterface)) return { memberInterface, stateInterface: filled(common.stateInterface, agent) };
  }
  const set = filled(settings.memberInterface, agent);
  const memberInterface =
    set !== null && isDialable(set) ? set : interfaceToDial(lookup, agent, settings.interfacePrefix);
  return memberInterface === null
    ? null
    : { memberInterface, stateInterface: filled(settings.memberStateInterface, agent) };
}

function filled(template: string | null, agent: string): string | null {
  return template === null ? null : fillTemplate(template, agent);
}

/** The device of the phone that a Local channel leads to. The state of the Local channel itself says little. */
function phoneBehind(lookup: Lookup, agent: string, memberInterface: string): string | null {
  const phone = local.test(memberInterface) ? lookup.phoneOf(agent) : null;
  return phone !== null && device.test(phone) ? phone : null;
}
