/**
 * EV15: which agent an interface, a device or a channel belongs to. Text only: this file does not look at the model.
 */
import { AgentId } from "@pbxis/shared";

export type AgentRule = Readonly<{
  /** The agent whose phone a queue member's interface rings. Null if it rings no agent (a hint, a state interface). */
  agentOfInterface(memberInterface: string): AgentId | null;
  /** The agent whose phone the device is. Null for `Local/…` and `Agent/…`, which lead to a phone but are none. */
  agentOfDevice(device: string): AgentId | null;
}>;

/** Matches `PJSIP/1001`, `SIP/1001`, `IAX2/1001`, `SCCP/1001`, `Local/1001@ctx/n` and `Agent/1001`. */
export const defaultAgentPattern = "^(?:PJSIP|SIP|IAX2|SCCP|Local|Agent)/([\\w.+-]+)(?:@[^/]*)?(?:/[a-z]+)?$";

const maxRemembered = 10_000;
const leadsToPhone = /^(?:Local|Agent)\//i;
const ringsNobody = /^(?:hint|Custom|Queue|park|ccss|MWI|Presence|confbridge|meetme|Calendar|AstTest):/i;

/**
 * Makes a rule from a regular expression with exactly one capture group, which is the agent's id.
 *
 * @throws if `pattern` is not such an expression. It is a setting, so this stops the connector at its start.
 */
export function createAgentRule(pattern: string = defaultAgentPattern): AgentRule {
  const expression = new RegExp(pattern, "i");
  if (new RegExp(`${pattern}|`).exec("")?.length !== 2)
    throw new Error(`the agent pattern needs exactly one capture group: ${pattern}`);
  const remembered = new Map<string, AgentId | null>();

  function agentOfInterface(memberInterface: string): AgentId | null {
    const known = remembered.get(memberInterface);
    if (known !== undefined) return known;
    const text = ringsNobody.test(memberInterface) ? undefined : expression.exec(memberInterface)?.[1];
    const parsed = AgentId.safeParse(text);
    const agent = parsed.success ? parsed.data : null;
    // Dialed numbers make new devices without end (Local/55…@out), so the memory starts over when it is full.
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(memberInterface, agent);
    return agent;
  }

  return {
    agentOfInterface,
    agentOfDevice: (device) => (leadsToPhone.test(device) ? null : agentOfInterface(device)),
  };
}

/** `PJSIP/1001-0000002a` belongs to the device `PJSIP/1001`, `Local/1001@ctx-00000000;1` to `Local/1001@ctx`. */
export function deviceOfChannel(channel: string): string {
  const end = channel.lastIndexOf("-");
  return end < 0 ? channel : channel.slice(0, end);
}

/** The name of a Local channel's other half. Undefined for any other channel. */
export function otherHalf(channel: string): string | undefined {
  if (!channel.startsWith("Local/")) return undefined;
  if (channel.endsWith(";1")) return `${channel.slice(0, -1)}2`;
  if (channel.endsWith(";2")) return `${channel.slice(0, -1)}1`;
  return undefined;
}

/** A device alone makes an agent only if the id looks like an extension: trunks and door phones are devices too. */
export function looksLikeExtension(agent: AgentId): boolean {
  return /^\d{2,6}$/.test(agent);
}
