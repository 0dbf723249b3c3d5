/** How the objects of a simulated PBX are created. */
import {
  type Agent,
  type AgentConfig,
  type Bridge,
  type Channel,
  type Device,
  type Member,
  type PbxState,
  type Queue,
  type QueueConfig,
  seconds,
} from "./state.ts";
import { inherited } from "./variables.ts";

export function createPbxState(queues: readonly QueueConfig[], agents: readonly AgentConfig[], now: number): PbxState {
  const people = new Map<string, Agent>();
  for (const { id, name } of agents) {
    const device: Device = { name: `PJSIP/${id}`, agent: null, channels: [], publishedState: "NOT_INUSE" };
    const agent: Agent = { id, name, memberInterface: device.name, device, isRegistered: true };
    agent.device = { ...device, agent };
    people.set(id, agent);
  }
  const state: PbxState = {
    now,
    nextSerial: 0,
    startedAt: now,
    agents: people,
    queues: new Map(queues.map((config) => [config.name, emptyQueue(config)])),
    trunk: { name: "PJSIP/trunk", agent: null, channels: [], publishedState: "NOT_INUSE" },
    channels: new Set(),
    calls: new Set(),
    dials: new Set(),
    originates: new Set(),
    originated: [],
    behaviours: new Map(),
    parked: new Map(),
    consultations: new Set(),
    parkingBridge: null,
    emitted: [],
    delayed: [],
    completed: [],
    ended: [],
  };
  for (const queue of state.queues.values())
    for (const id of queue.config.members) {
      const agent = people.get(id);
      if (!agent) throw new Error(`queue ${queue.name} has an unknown member: ${id}`);
      queue.members.push(newMember(state, queue, agent, false));
    }
  return state;
}

function emptyQueue(config: QueueConfig): Queue {
  const counts = { completed: 0, completedInServiceLevel: 0, abandoned: 0, holdTime: 0, talkTime: 0 };
  return { config, name: config.name, members: [], waiting: [], lastRung: null, ...counts };
}

export function newMember(state: PbxState, queue: Queue, agent: Agent, isDynamic: boolean, name = agent.name): Member {
  return {
    agent,
    queue,
    name,
    isDynamic,
    loginTime: seconds(state.now),
    penalty: 0,
    callsTaken: 0,
    lastCall: 0,
    lastPause: 0,
    isPaused: false,
    pausedReason: "",
  };
}

type NewChannel = Readonly<{
  state: number;
  number: string;
  name: string;
  context: string;
  exten: string;
  from?: Channel;
  /** The ChannelId of an Originate. */
  uniqueId?: string;
  /** Of a Local channel. */
  half?: 1 | 2;
}>;

/** Creates a channel of a device. `from`: the channel whose call it belongs to. */
export function newChannel(
  state: PbxState,
  device: Device,
  { state: initialState, number, name, context, exten, from, uniqueId: chosen, half }: NewChannel,
): Channel {
  const serial = state.nextSerial++;
  const uniqueId = chosen ?? `${seconds(state.now)}.${serial}`;
  const channel: Channel = {
    name: `${device.name}-${(half === 2 ? serial - 1 : serial).toString(16).padStart(8, "0")}${half ? `;${half}` : ""}`,
    uniqueId,
    device,
    createdAt: state.now,
    linkedId: from?.linkedId ?? uniqueId,
    linkedSerial: from?.linkedSerial ?? serial,
    state: initialState,
    callerNumber: number,
    callerName: name,
    connectedNumber: null,
    connectedName: null,
    context,
    exten,
    priority: 1,
    application: "",
    applicationData: "",
    bridge: null,
    hasHungUp: false,
    holds: false,
    recordingState: "on",
    isMuted: false,
    otherHalf: null,
    spy: null,
    talk: null,
    recording: null,
    variables: inherited(from?.variables),
    due: null,
  };
  device.channels.push(channel);
  state.channels.add(channel);
  return channel;
}

export function newBridge(state: PbxState, type: Bridge["type"]): Bridge {
  const serial = (state.nextSerial++).toString(16).padStart(12, "0");
  return { id: `00000000-0000-4000-8000-${serial}`, type, channels: [] };
}
