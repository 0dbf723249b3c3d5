/**
 * A PBX without telephony: commands and time in, AMI packets out, in the order in which Asterisk 22 tells them. Deterministic: no clock,
 * no chance, no I/O. What is impossible just now is refused by `false`, so that any sequence of commands is a day at the office.
 *
 * Left out, because nothing here reads them: Local members, `Queue:` and `park:` devices, and every event that the connector's model
 * does not use.
 */
import { tellDevice } from "./channel.ts";
import * as conversation from "./conversation.ts";
import { addMember, pauseMember, removeMember } from "./members.ts";
import { answerOriginate, failOriginate, originate, passTime, ringingFor, targetOf } from "./outgoing.ts";
import type { Packet } from "./packet.ts";
import { answerQueueCall, decline, joinQueue, ringMembers, stopRinging } from "./queue-call.ts";
import { type Truth, truthOf } from "./truth.ts";
import { type Agent, type AgentConfig, createWorld, type QueueCall, type QueueConfig, type World } from "./world.ts";

type OfAgent = Readonly<{ agent: string }>;
type PhoneCommand =
  | (OfAgent & Readonly<{ kind: "answer" | "decline" | "hangup" | "hold" | "unhold" | "park" }>)
  | (OfAgent & Readonly<{ kind: "direct" | "redirect"; to: string }>)
  | (OfAgent & Readonly<{ kind: "retrieve"; space: string }>);
export type Command =
  | PhoneCommand
  | Readonly<{ kind: "call"; queue: string; number: string; name: string }>
  | Readonly<{ kind: "abandon" | "stopRinging"; callId: string }>
  | (OfAgent & Readonly<{ kind: "register" | "unregister" }>)
  | (OfAgent & Readonly<{ kind: "pause"; queue: string | null; reason: string }>)
  | (OfAgent & Readonly<{ kind: "unpause"; queue: string | null }>)
  | (OfAgent & Readonly<{ kind: "add"; queue: string; penalty?: number }>)
  | (OfAgent & Readonly<{ kind: "remove"; queue: string }>)
  /** As a manager asks for it; `callerId` is shown to both. */
  | (OfAgent & Readonly<{ kind: "originate"; to: string; callerId?: Readonly<{ number: string; name: string }> }>);

export type Pbx = Readonly<{
  world: World;
  /** Whether it could be done; what it led to is in `take`. */
  run: (command: Command, now: number) => boolean;
  /** Lets time do its part: queues try again, parked calls come back. */
  tick: (now: number) => void;
  /** The packets since the last time. */
  take: () => readonly Packet[];
  truth: () => Truth;
}>;

export function createPbx(queues: readonly QueueConfig[], agents: readonly AgentConfig[], now: number): Pbx {
  const world = createWorld(queues, agents, now);
  const settle = () => {
    conversation.endParkings(world);
    passTime(world);
    ringMembers(world);
  };
  return {
    world,
    run: (command, at) => {
      world.now = at;
      const done = apply(world, command);
      settle();
      return done;
    },
    tick: (at) => {
      world.now = at;
      settle();
    },
    take: () => world.told.splice(0),
    truth: () => truthOf(world),
  };
}

function apply(world: World, command: Command): boolean {
  if (command.kind === "call") {
    const queue = world.queues.get(command.queue);
    if (queue) joinQueue(world, queue, command.number, command.name);
    return queue !== undefined;
  }
  if ("callId" in command) return applyToCall(world, command.kind, command.callId);
  const agent = world.agents.get(command.agent);
  if (!agent) return false;
  switch (command.kind) {
    case "pause":
      return pauseMember(world, command.queue, agent.memberInterface, true, command.reason).ok;
    case "unpause":
      return pauseMember(world, command.queue, agent.memberInterface, false, "").ok;
    case "add": {
      const { queue, penalty = 0 } = command;
      return addMember(world, { queue, memberInterface: agent.memberInterface, penalty }).ok;
    }
    case "remove":
      return removeMember(world, command.queue, agent.memberInterface).ok;
    case "originate":
      return askFor(world, agent, command);
    case "register":
    case "unregister":
      return register(world, agent, command.kind === "register");
    default:
      return applyToPhone(world, agent, command);
  }
}

function applyToCall(world: World, kind: "abandon" | "stopRinging", callId: string): boolean {
  const call = [...world.calls].find(({ channel }) => channel.uniqueId === callId);
  if (!call) return false;
  if (kind === "abandon") {
    conversation.end(world, call.channel);
    return true;
  }
  const isRinging = call.rings.length > 0;
  if (isRinging) stopRinging(world, call);
  return isRinging;
}

const originateTimeoutMs = 5000;

function askFor(world: World, agent: Agent, { to, callerId }: Extract<Command, { kind: "originate" }>): boolean {
  if (!targetOf(world, to)) return false;
  const actionId = `asked-${world.nextSerial}`;
  const { memberInterface } = agent;
  const { number = null, name = "" } = callerId ?? {};
  originate(world, {
    memberInterface,
    exten: to,
    number,
    name,
    actionId,
    uniqueId: null,
    timeoutMs: originateTimeoutMs,
  });
  return true;
}

/** A phone goes offline only without a call, as one whose cable is pulled at night. */
function register(world: World, agent: Agent, isRegistered: boolean): boolean {
  if (agent.isRegistered === isRegistered || agent.device.channels.length > 0) return false;
  agent.isRegistered = isRegistered;
  tellDevice(world, agent.device);
  return true;
}

function applyToPhone(world: World, agent: Agent, command: PhoneCommand): boolean {
  const channel = agent.device.channels[0];
  const talking = conversation.talkingChannel(agent);
  switch (command.kind) {
    case "answer":
    case "decline":
      return answer(world, agent, command.kind);
    case "hangup":
      // A phone that rings is silenced by declining.
      if (!channel || ringOf(world, agent) || ringingFor(world, agent)) return false;
      conversation.end(world, channel);
      return true;
    case "hold":
    case "unhold":
      if (!talking || talking.holds === (command.kind === "hold")) return false;
      conversation.hold(world, talking, command.kind === "hold");
      return true;
    case "park":
      // Only calls from outside are parked.
      if (!talking || talking.bridge?.channels.some(({ device }) => device.agent !== null && device.agent !== agent))
        return false;
      return conversation.park(world, talking, agent) !== null;
    case "retrieve": {
      const parked = world.parked.get(command.space);
      if (!parked || !conversation.isFree(agent)) return false;
      conversation.retrieve(world, parked, agent);
      return true;
    }
    case "direct":
    case "redirect":
      return callOther(world, agent, command.kind, world.agents.get(command.to));
  }
}

function callOther(world: World, agent: Agent, kind: "direct" | "redirect", to: Agent | undefined): boolean {
  if (!to || to === agent || !conversation.isFree(to)) return false;
  const talking = conversation.talkingChannel(agent);
  if (kind === "redirect" && talking) conversation.redirect(world, talking, to);
  else if (kind === "direct" && conversation.isFree(agent)) conversation.callAgent(world, agent, to);
  else return false;
  return true;
}

function ringOf(world: World, agent: Agent): QueueCall | undefined {
  return [...world.calls].find(({ rings }) => rings.some(({ member }) => member.agent === agent));
}

function answer(world: World, agent: Agent, kind: "answer" | "decline"): boolean {
  const call = ringOf(world, agent);
  const originated = ringingFor(world, agent);
  if (call && kind === "answer") answerQueueCall(world, call, agent);
  else if (call) decline(world, call, agent);
  else if (originated && kind === "answer") answerOriginate(world, originated);
  else if (originated) failOriginate(world, originated, 0, 17);
  else {
    const ringing = [...world.dials].find(({ to }) => to.device.agent === agent);
    if (!ringing) return false;
    if (kind === "answer") return conversation.answerDial(world, ringing.to);
    conversation.end(world, ringing.to);
  }
  return true;
}
