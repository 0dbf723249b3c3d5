/**
 * EV15: which agent an interface, a device or a channel belongs to. Pure text; nothing here knows the state.
 */
import { AgentId } from "@pbxis/shared";

export type AgentRule = Readonly<{
  /** The agent that a queue member's interface rings, null if the interface rings nobody (a hint, a state interface). */
  agentOfInterface(memberInterface: string): AgentId | null;
  /** The agent whose phone this device is. Local and Agent are ways to a phone, not phones. */
  agentOfDevice(device: string): AgentId | null;
}>;

/** `PJSIP/1001`, `SIP/1001`, `IAX2/1001`, `SCCP/1001`, `Local/1001@ctx/n`, `Agent/1001`. */
export const defaultAgentPattern = "^(?:PJSIP|SIP|IAX2|SCCP|Local|Agent)/([\\w.+-]+)(?:@[^/]*)?(?:/[a-z]+)?$";

const maxRemembered = 10_000;
const wayToPhone = /^(?:Local|Agent)\//i;
const noInterface = /^(?:hint|Custom|Queue|park|ccss|MWI|Presence|confbridge|meetme|Calendar|AstTest):/i;

/** A rule from a regular expression with one capture group, the agent's id. Throws if `pattern` is not one: a wrong setting. */
export function createAgentRule(pattern: string = defaultAgentPattern): AgentRule {
  const expression = new RegExp(pattern, "i");
  if (new RegExp(`${pattern}|`).exec("")?.length !== 2)
    throw new Error(`the agent pattern needs exactly one capture group: ${pattern}`);
  const remembered = new Map<string, AgentId | null>();

  function agentOfInterface(memberInterface: string): AgentId | null {
    const known = remembered.get(memberInterface);
    if (known !== undefined) return known;
    const text = noInterface.test(memberInterface) ? undefined : expression.exec(memberInterface)?.[1];
    const parsed = AgentId.safeParse(text);
    const agent = parsed.success ? parsed.data : null;
    // Devices of dialed numbers (Local/55…@out) come without end: forget all rather than grow.
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(memberInterface, agent);
    return agent;
  }

  return {
    agentOfInterface,
    agentOfDevice: (device) => (wayToPhone.test(device) ? null : agentOfInterface(device)),
  };
}

/** `PJSIP/1001-0000002a` is of the device `PJSIP/1001`, `Local/1001@ctx-00000000;1` of `Local/1001@ctx`. */
export function deviceOfChannel(channel: string): string {
  const end = channel.lastIndexOf("-");
  return end < 0 ? channel : channel.slice(0, end);
}

/** The other half of a Local channel, undefined for any other channel. */
export function otherHalf(channel: string): string | undefined {
  if (!channel.startsWith("Local/")) return undefined;
  if (channel.endsWith(";1")) return `${channel.slice(0, -1)}2`;
  if (channel.endsWith(";2")) return `${channel.slice(0, -1)}1`;
  return undefined;
}

/** Only an id like an extension makes an agent of a bare device: trunks and doors are devices too. */
export function looksLikeExtension(agent: AgentId): boolean {
  return /^\d{2,6}$/.test(agent);
}
