/**
 * A simulated PBX: commands and times in, AMI packets out, in the order in which Asterisk 22 sends them. It is
 * deterministic: it uses no clock, no random numbers and no I/O. A command that is not possible in the present state
 * returns false, so any sequence of commands is valid input.
 *
 * Not simulated, because the connector does not use them: Local members, the devices `Queue:` and `park:`, and events
 * that the connector's model ignores.
 */
import { refusals } from "./calls/behaviour.ts";
import { emitDeviceState, requestHangup } from "./calls/channel.ts";
import { consultationBy } from "./calls/consultation.ts";
import * as conversation from "./calls/conversation.ts";
import { destinationOf } from "./calls/dialplan.ts";
import { addMember, pauseMember, removeMember } from "./calls/members.ts";
import { originate } from "./calls/originate.ts";
import { defaultParkingMs } from "./calls/parking.ts";
import { passTime, pickUp, ringingChannel } from "./calls/phones.ts";
import { joinQueue, ringMembers, stopRinging } from "./calls/queue-call.ts";
import { createPbxState } from "./create.ts";
import type { Packet } from "./packet.ts";
import {
  type Agent,
  type AgentConfig,
  type Behaviour,
  type Channel,
  type Completed,
  type Ended,
  type PbxState,
  partyOf,
  type QueueConfig,
} from "./state.ts";
import { type Truth, truthOf } from "./truth.ts";

type ForAgent = Readonly<{ agent: string }>;
type PhoneCommand =
  | (ForAgent & Readonly<{ kind: "answer" | "decline" | "hangup" | "hold" | "unhold" | "park" }>)
  | (ForAgent & Readonly<{ kind: "direct" | "redirect"; to: string }>)
  | (ForAgent & Readonly<{ kind: "retrieve"; space: string }>);
export type Command =
  | PhoneCommand
  | Readonly<{ kind: "call"; queue: string; number: string; name: string }>
  | Readonly<{ kind: "abandon" | "stopRinging"; callId: string }>
  | (ForAgent & Readonly<{ kind: "register" | "unregister" }>)
  | (ForAgent & Readonly<{ kind: "pause"; queue: string | null; reason: string }>)
  | (ForAgent & Readonly<{ kind: "unpause"; queue: string | null }>)
  | (ForAgent & Readonly<{ kind: "add"; queue: string; penalty?: number }>)
  | (ForAgent & Readonly<{ kind: "remove"; queue: string }>)
  /** `phone`: an agent's id, or an outside number. Null restores the default behaviour. */
  | Readonly<{ kind: "behave"; phone: string; behaviour: Behaviour | null }>
  /** As by an Originate action; both parties are shown `callerId`. */
  | (ForAgent & Readonly<{ kind: "originate"; to: string; callerId?: Readonly<{ number: string; name: string }> }>);

export type Pbx = Readonly<{
  state: PbxState;
  /** False if the command is not possible now. `take` returns the packets that it caused. */
  run: (command: Command, now: number) => boolean;
  /** Handles everything that is due: queue retries, time-outs, scripted phones. */
  tick: (now: number) => void;
  /** The packets since the previous call. */
  take: () => readonly Packet[];
  takeCompleted: () => readonly Completed[];
  takeEnded: () => readonly Ended[];
  truth: () => Truth;
}>;

export function createPbx(queues: readonly QueueConfig[], agents: readonly AgentConfig[], now: number): Pbx {
  const state = createPbxState(queues, agents, now);
  const settle = () => {
    conversation.endParkings(state);
    passTime(state);
    ringMembers(state);
  };
  return {
    state,
    run: (command, at) => {
      state.now = at;
      const done = apply(state, command);
      settle();
      return done;
    },
    tick: (at) => {
      state.now = at;
      settle();
    },
    take: () => takeEmitted(state),
    takeCompleted: () => state.completed.splice(0),
    takeEnded: () => state.ended.splice(0),
    truth: () => truthOf(state),
  };
}

function takeEmitted(state: PbxState): Packet[] {
  const emitted = state.emitted.splice(0);
  for (const { packet, isBeforeHangup } of state.delayed.splice(0)) {
    const hangup = isBeforeHangup ? emitted.findLastIndex(([event]) => event?.[1] === "Hangup") : -1;
    emitted.splice(hangup < 0 ? emitted.length : hangup, 0, packet);
  }
  return emitted;
}

function apply(state: PbxState, command: Command): boolean {
  if (command.kind === "call") {
    const queue = state.queues.get(command.queue);
    if (queue) joinQueue(state, queue, command.number, command.name);
    return queue !== undefined;
  }
  if (command.kind === "behave") {
    if (command.behaviour) state.behaviours.set(command.phone, command.behaviour);
    else state.behaviours.delete(command.phone);
    return true;
  }
  if ("callId" in command) return applyToCall(state, command.kind, command.callId);
  const agent = state.agents.get(command.agent);
  if (!agent) return false;
  switch (command.kind) {
    case "pause":
      return pauseMember(state, command.queue, agent.memberInterface, true, command.reason).ok;
    case "unpause":
      return pauseMember(state, command.queue, agent.memberInterface, false, "").ok;
    case "add": {
      const { queue, penalty = 0 } = command;
      return addMember(state, { queue, memberInterface: agent.memberInterface, penalty }).ok;
    }
    case "remove":
      return removeMember(state, command.queue, agent.memberInterface).ok;
    case "originate":
      return originateFromAgent(state, agent, command);
    case "register":
    case "unregister":
      return register(state, agent, command.kind === "register");
    default:
      return applyToPhone(state, agent, command);
  }
}

function applyToCall(state: PbxState, kind: "abandon" | "stopRinging", callId: string): boolean {
  const calls = [...state.calls].filter(({ channel }) => channel.uniqueId === callId);
  const call = calls.find(({ served }) => !served) ?? calls[0];
  if (!call) return false;
  if (kind === "abandon") {
    requestHangup(state, call.channel);
    conversation.endCall(state, call.channel);
    return true;
  }
  const isRinging = call.rings.length > 0;
  if (isRinging) stopRinging(state, call);
  return isRinging;
}

const originateTimeoutMs = 5000;

function originateFromAgent(
  state: PbxState,
  agent: Agent,
  { to, callerId }: Extract<Command, { kind: "originate" }>,
): boolean {
  const context = "from-agents";
  if (!destinationOf(state, context, to)) return false;
  originate(state, {
    actionId: `originate-${state.nextSerial}`,
    uniqueId: null,
    dialed: agent.memberInterface,
    context,
    exten: to,
    callerNumber: callerId?.number ?? null,
    callerName: callerId?.name ?? null,
    timeoutMs: originateTimeoutMs,
    variables: new Map(),
  });
  return true;
}

function movesCall({ kind }: PhoneCommand): boolean {
  return kind === "hold" || kind === "unhold" || kind === "park" || kind === "redirect";
}

/** The phones in an attended transfer can do nothing but hang up: more is not simulated. */
function isInTransfer(state: PbxState, channel: Channel): boolean {
  return consultationBy(state, channel) !== undefined || partyOf(channel)?.otherHalf != null;
}

/** A phone can be unregistered only while it has no call. */
function register(state: PbxState, agent: Agent, isRegistered: boolean): boolean {
  if (agent.isRegistered === isRegistered || agent.device.channels.length > 0) return false;
  agent.isRegistered = isRegistered;
  emitDeviceState(state, agent.device);
  return true;
}

function applyToPhone(state: PbxState, agent: Agent, command: PhoneCommand): boolean {
  const channel = agent.device.channels[0];
  const ringing = ringingChannel(agent);
  const talking = conversation.talkingChannel(agent);
  if (talking && movesCall(command) && isInTransfer(state, talking)) return false;
  switch (command.kind) {
    case "answer":
      return ringing !== undefined && pickUp(state, ringing);
    case "decline":
      if (!ringing) return false;
      requestHangup(state, ringing);
      return conversation.refuse(state, ringing, refusals.busy);
    case "hangup":
      // A ringing phone is silenced by `decline`.
      if (!channel || ringingChannel(agent)) return false;
      requestHangup(state, channel);
      conversation.endCall(state, channel);
      return true;
    case "hold":
    case "unhold":
      if (!talking || talking.holds === (command.kind === "hold")) return false;
      conversation.hold(state, talking, command.kind === "hold");
      return true;
    case "park":
      // Only calls with an outside party can be parked.
      if (!talking || talking.bridge?.channels.some(({ device }) => device.agent !== null && device.agent !== agent))
        return false;
      return parkParty(state, agent, talking);
    case "retrieve": {
      const parked = state.parked.get(command.space);
      if (!parked || !conversation.isFree(agent)) return false;
      conversation.retrieveParked(state, parked, agent);
      return true;
    }
    case "direct":
    case "redirect":
      return connectAgents(state, agent, command.kind, state.agents.get(command.to));
  }
}

function connectAgents(state: PbxState, agent: Agent, kind: "direct" | "redirect", to: Agent | undefined): boolean {
  if (!to || to === agent || !conversation.isFree(to)) return false;
  const talking = conversation.talkingChannel(agent);
  if (kind === "redirect" && talking) conversation.redirect(state, talking, to);
  else if (kind === "direct" && conversation.isFree(agent)) conversation.callAgent(state, agent, to);
  else return false;
  return true;
}

/** Parks by the phone's own key: the agent's channel ends at once, without an announcement. */
function parkParty(state: PbxState, parker: Agent, talking: Channel): boolean {
  const party = partyOf(talking);
  if (!party) return false;
  const parking = { parker, timeoutMs: defaultParkingMs, isAnnounced: false };
  return conversation.park(state, party, parking) !== null;
}
