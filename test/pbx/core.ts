/**
 * A PBX without telephony: commands and time in, AMI packets out, in the order in which Asterisk 22 tells them. Deterministic: no clock,
 * no chance, no I/O. What is impossible just now is refused by `false`, so that any sequence of commands is a day at the office.
 *
 * Left out, because nothing here reads them: Local members, `Queue:` and `park:` devices, and every event that the connector's model
 * does not use.
 */
import { type Behaviour, refusals } from "./behaviour.ts";
import { tellDevice } from "./channel.ts";
import * as conversation from "./conversation.ts";
import { destinationOf } from "./dialplan.ts";
import { addMember, pauseMember, removeMember } from "./members.ts";
import { originate } from "./outgoing.ts";
import type { Packet } from "./packet.ts";
import { defaultParkingMs } from "./parking.ts";
import { passTime, pickUp, ringingChannel } from "./phones.ts";
import { joinQueue, ringMembers, stopRinging } from "./queue-call.ts";
import { type Truth, truthOf } from "./truth.ts";
import {
  type Agent,
  type AgentConfig,
  type Channel,
  type Completed,
  createWorld,
  partyOf,
  type QueueConfig,
  type World,
} from "./world.ts";

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
  /** `who`: an agent, or a number outside. Null: as nobody has told it to. */
  | Readonly<{ kind: "behave"; who: string; behaviour: Behaviour | null }>
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
  takeCompleted: () => readonly Completed[];
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
    take: () => takeTold(world),
    takeCompleted: () => world.completed.splice(0),
    truth: () => truthOf(world),
  };
}

function takeTold(world: World): Packet[] {
  const told = world.told.splice(0);
  for (const { packet, isBeforeHangup } of world.stragglers.splice(0)) {
    const hangup = isBeforeHangup ? told.findLastIndex(([event]) => event?.[1] === "Hangup") : -1;
    told.splice(hangup < 0 ? told.length : hangup, 0, packet);
  }
  return told;
}

function apply(world: World, command: Command): boolean {
  if (command.kind === "call") {
    const queue = world.queues.get(command.queue);
    if (queue) joinQueue(world, queue, command.number, command.name);
    return queue !== undefined;
  }
  if (command.kind === "behave") {
    if (command.behaviour) world.behaviours.set(command.who, command.behaviour);
    else world.behaviours.delete(command.who);
    return true;
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
  const calls = [...world.calls].filter(({ channel }) => channel.uniqueId === callId);
  const call = calls.find(({ served }) => !served) ?? calls[0];
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
  const context = "from-agents";
  if (!destinationOf(world, context, to)) return false;
  originate(world, {
    actionId: `asked-${world.nextSerial}`,
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

/** A phone goes offline only without a call, as one whose cable is pulled at night. */
function register(world: World, agent: Agent, isRegistered: boolean): boolean {
  if (agent.isRegistered === isRegistered || agent.device.channels.length > 0) return false;
  agent.isRegistered = isRegistered;
  tellDevice(world, agent.device);
  return true;
}

function applyToPhone(world: World, agent: Agent, command: PhoneCommand): boolean {
  const channel = agent.device.channels[0];
  const ringing = ringingChannel(agent);
  const talking = conversation.talkingChannel(agent);
  switch (command.kind) {
    case "answer":
      return ringing !== undefined && pickUp(world, ringing);
    case "decline":
      return ringing !== undefined && conversation.refuse(world, ringing, refusals.busy);
    case "hangup":
      // A phone that rings is silenced by declining.
      if (!channel || ringingChannel(agent)) return false;
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
      return parkOther(world, agent, talking);
    case "retrieve": {
      const parked = world.parked.get(command.space);
      if (!parked || !conversation.isFree(agent)) return false;
      conversation.fetch(world, parked, agent);
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

/** By the phone's own key: the agent's side ends at once. */
function parkOther(world: World, parker: Agent, talking: Channel): boolean {
  const party = partyOf(talking);
  if (!party) return false;
  const parking = { parker, timeoutMs: defaultParkingMs, isAnnounced: false };
  return conversation.park(world, party, parking) !== null;
}
