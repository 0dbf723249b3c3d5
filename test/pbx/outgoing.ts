/** Calls that the PBX makes: an agent's phone rings because somebody asked by AMI, and then whom it is to talk to. */
import { hangUp, setState, tell, tellConnectedLine } from "./channel.ts";
import { answerDial, dial, end, isFree, retrieve } from "./conversation.ts";
import { type Agent, type Channel, channelState, connect, newChannel, type Originate, type World } from "./world.ts";

/** Outside numbers are answered after this. */
const outsideAnswersMs = 2000;

export type OriginateRequest = Readonly<{
  memberInterface: string;
  exten: string;
  number: string | null;
  name: string;
  actionId: string;
  uniqueId: string | null;
  timeoutMs: number;
}>;

/** Where an extension leads to; undefined: nowhere. */
export function targetOf(world: World, exten: string): "agent" | "space" | "outside" | undefined {
  if (world.agents.has(exten)) return "agent";
  if (world.parked.has(exten)) return "space";
  return /^\+?\d{5,}$/.test(exten) ? "outside" : undefined;
}

export function originate(world: World, request: OriginateRequest): void {
  const agent = [...world.agents.values()].find((one) => one.memberInterface === request.memberInterface);
  // Where no channel can be had, there is no Hangup either (traces g_originate 4 and 5).
  if (!agent?.isRegistered) {
    tellResponse(world, request, request.memberInterface, 0);
    return;
  }
  const channel = newChannel(world, agent.device, {
    state: channelState.down,
    number: request.number ?? agent.id,
    name: request.number === null ? agent.name : request.name,
    context: "from-agents",
    exten: request.exten,
    ...(request.uniqueId !== null && { uniqueId: request.uniqueId }),
  });
  const asked: Originate = { ...request, agent, channel, until: world.now + request.timeoutMs };
  connect(channel, channel);
  tellConnectedLine(world, channel, channel);
  world.originates.add(asked);
  if (agent.device.channels.length > 1) failOriginate(world, asked, 0, 17);
  else setState(world, channel, channelState.ringing);
}

/** `reason`: 3 while it still rang, 0 for everything else. */
export function failOriginate(world: World, asked: Originate, reason: 0 | 3, cause: number): void {
  world.originates.delete(asked);
  tellResponse(world, asked, asked.channel.device.name, reason);
  hangUp(world, asked.channel, cause);
}

export function answerOriginate(world: World, asked: Originate): void {
  const { channel, exten } = asked;
  world.originates.delete(asked);
  setState(world, channel, channelState.up);
  tellResponse(world, asked, channel.name, 4);
  goTo(world, channel, exten);
}

/** What the dialplan does with a channel that comes to this extension. */
export function goTo(world: World, channel: Channel, exten: string): void {
  const agent = world.agents.get(exten);
  const parked = world.parked.get(exten);
  channel.exten = exten;
  channel.priority = 1;
  if (agent && isFree(agent)) dial(world, channel, agent);
  else if (!agent && parked && channel.device.agent) {
    const { agent: retriever } = channel.device;
    hangUp(world, channel, 16);
    retrieve(world, parked, retriever);
  } else if (!agent && targetOf(world, exten) === "outside") dialOut(world, channel, exten);
  else end(world, channel);
}

function dialOut(world: World, from: Channel, number: string): void {
  from.application = "Dial";
  from.applicationData = `PJSIP/${number}@trunk,30`;
  const channel = newChannel(world, world.trunk, {
    state: channelState.down,
    number,
    name: "",
    context: "from-trunk",
    exten: "",
    from,
  });
  tellConnectedLine(world, channel, from);
  tellConnectedLine(world, from, channel);
  world.dials.add({ from, to: channel });
  setState(world, channel, channelState.ringing);
}

/** Who does not answer in time, and who outside does. */
export function passTime(world: World): void {
  for (const asked of [...world.originates]) if (world.now >= asked.until) failOriginate(world, asked, 3, 19);
  for (const { to } of [...world.dials])
    if (to.device === world.trunk && world.now >= to.createdAt + outsideAnswersMs) answerDial(world, to);
}

type Told = Pick<OriginateRequest, "actionId" | "exten" | "uniqueId" | "number" | "name">;

function tellResponse(world: World, asked: Told, channel: string, reason: 0 | 3 | 4): void {
  tell(world, "OriginateResponse", "call", [
    ["ActionID", asked.actionId],
    ["Response", reason === 4 ? "Success" : "Failure"],
    ["Channel", channel],
    ["Context", "from-agents"],
    ["Exten", asked.exten],
    ["Reason", reason],
    ["Uniqueid", asked.uniqueId ?? "<unknown>"],
    ["CallerIDNum", asked.number ?? "<unknown>"],
    ["CallerIDName", asked.name || "<unknown>"],
  ]);
}

export function ringingFor(world: World, agent: Agent): Originate | undefined {
  return [...world.originates].find((asked) => asked.agent === agent);
}
