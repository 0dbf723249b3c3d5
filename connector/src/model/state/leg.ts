/**
 * Whose call a Local channel carries.
 *
 * A queue that dials `Local/1001@from-queue/n` rings one half of a Local channel, and Asterisk calls it the agent's.
 * The phone is behind the other half, and it may be replaced there: by a transfer, a pickup or a forward. The Local
 * channel stays, and without a look behind it the first agent would seem to have a call that another agent has.
 *
 * | behind the Local channel                | the call is the agent's                         |
 * |-----------------------------------------|-------------------------------------------------|
 * | the agent's own phone                   | yes                                             |
 * | the phone of another agent              | no                                              |
 * | no agent's phone, such as a mobile's    | until the agent's own phone left it             |
 * | nothing                                 | until that, or until lists show no phone either |
 * | nothing, after another agent answered   | no                                              |
 *
 * Of a Local channel that an originate rang, the first phone behind it is the agent's own, unless it is another
 * agent's.
 */
import { deviceOfChannel, otherHalf } from "./agent.ts";
import { isPresent } from "./presence.ts";
import type { Agent, Channel, Model } from "./state.ts";

/** Whether the channel carries a call of its agent. Of a phone's own channel it always does. */
export function isAgentsCall(model: Model, channel: Channel): boolean {
  const { agent, phone, phoneLeft } = channel;
  if (!agent) return false;
  if (otherHalf(channel.name) === undefined) return true;
  let { isAnothers } = channel;
  let isEmpty = channel.isEmpty;
  for (const other of channelsBehind(model, channel)) {
    if (other === phone || isPhoneOf(model, agent, other)) return true;
    isAnothers ||= isOfAnyAgent(other);
    isEmpty &&= otherHalf(other.name) !== undefined;
  }
  return !isAnothers && !phoneLeft && !isEmpty;
}

/** Whether the channel is a Local one with the phone of its own agent behind it. */
export function hasPhoneBehind(model: Model, channel: Channel): boolean {
  const { agent, name, phone } = channel;
  if (!agent || otherHalf(name) === undefined) return false;
  for (const other of channelsBehind(model, channel))
    if (other === phone || isPhoneOf(model, agent, other)) return true;
  return false;
}

/** Whether it is the phone of an agent who exists. Trunks have agents in name only. */
export function isOfAnyAgent({ agent, name }: Channel): boolean {
  return agent !== null && otherHalf(name) === undefined && isPresent(agent);
}

/** All channels that bridges and Local channels connect with the other half of this one, without a way through it. */
export function channelsBehind(model: Model, channel: Channel): ReadonlySet<Channel> {
  const half = otherHalf(channel.name);
  const far = half === undefined ? undefined : model.locals.get(half);
  return far ? reach(model, far, channel) : new Set();
}

/** `channel` and all channels that bridges and Local channels connect with it. */
export function connectedChannels(model: Model, channel: Channel): ReadonlySet<Channel> {
  return reach(model, channel, null);
}

function reach(model: Model, from: Channel, barrier: Channel | null): ReadonlySet<Channel> {
  const reached = new Set<Channel>([from]);
  // A set's iteration includes what is added during it.
  for (const { bridge, name } of reached) {
    if (bridge) for (const other of bridge.channels) if (other !== barrier) reached.add(other);
    const half = otherHalf(name);
    const far = half === undefined ? undefined : model.locals.get(half);
    if (far && far !== barrier) reached.add(far);
  }
  return reached;
}

/**
 * The agent's own phone: by its name, or as the device whose state the agent's memberships show
 * (`hint:1007@ext-local` with the device `PJSIP/webrtc-1007`).
 */
export function isPhoneOf(model: Model, agent: Agent, channel: Channel): boolean {
  if (otherHalf(channel.name) !== undefined) return false;
  return channel.agent === agent || isDeviceOf(model, agent, deviceOfChannel(channel.name));
}

/** Whether the agent's memberships show the state of this device. */
export function isDeviceOf(model: Model, agent: Agent, device: string): boolean {
  for (const { facts } of agent.members) {
    const { stateInterface } = facts;
    if (stateInterface === device) return true;
    if (stateInterface.startsWith("hint:") && model.hints.get(stateInterface.slice(5))?.devices.includes(device))
      return true;
  }
  return false;
}
