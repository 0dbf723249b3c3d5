/** Calls that a manager asks for: first the agent's phone rings; what follows when it is answered is the dialplan's. */
import { isBusy, plan, refusals } from "./behaviour.ts";
import { hangUp, setState, tell, tellConnectedLine } from "./channel.ts";
import { unknown } from "./headers.ts";
import type { Packet } from "./packet.ts";
import { type Channel, channelState, newChannel, type Originate, type OriginateRequest, type World } from "./world.ts";

const maxRemembered = 1000;

/** Of AST_CONTROL: 4 answered, 3 it was still ringing, 0 everything else. */
type Reason = 0 | 3 | 4;

export function originate(world: World, request: OriginateRequest): void {
  world.originated.push(request);
  if (world.originated.length > maxRemembered) world.originated.shift();
  const agent = [...world.agents.values()].find(({ memberInterface }) => memberInterface === request.dialed);
  const isTaken = [...world.channels].some(({ uniqueId }) => uniqueId === request.uniqueId);
  // Where no channel can be had, there is no Hangup either (traces g_originate 4 and 5).
  if (!agent?.isRegistered || isTaken) {
    tellResponse(world, request, 0);
    return;
  }
  const { uniqueId, callerNumber, callerName } = request;
  const channel = newChannel(world, agent.device, {
    state: channelState.down,
    number: callerNumber ?? agent.id,
    name: callerName ?? agent.name,
    context: "from-agents",
    exten: "s",
    ...(uniqueId !== null && { uniqueId }),
  });
  for (const [name, value] of request.variables) channel.variables.set(name, value);
  // The phone is shown whom it will call as its caller.
  if (callerNumber !== null) tellConnectedLine(world, channel, channel);
  const asked: Originate = { request, channel, until: world.now + request.timeoutMs };
  world.originates.add(asked);
  if (isBusy(world, channel)) {
    failOriginate(world, asked, 0, refusals.busy);
    return;
  }
  setState(world, channel, channelState.ringing);
  plan(world, channel);
}

export function originateOf(world: World, channel: Channel): Originate | undefined {
  return [...world.originates].find((asked) => asked.channel === channel);
}

export function failOriginate(world: World, asked: Originate, reason: 0 | 3, cause: number): void {
  world.originates.delete(asked);
  tellResponse(world, asked.request, reason);
  hangUp(world, asked.channel, cause);
}

/** The phone is picked up. Where the call goes on is for the caller of this to say. */
export function beginOriginated(world: World, asked: Originate): void {
  const { channel, request } = asked;
  world.originates.delete(asked);
  channel.due = null;
  setState(world, channel, channelState.up);
  tellResponse(world, request, 4, channel);
}

function tellResponse(world: World, request: OriginateRequest, reason: Reason, channel?: Channel): void {
  const { actionId, uniqueId, dialed, context, exten, callerNumber, callerName } = request;
  const id: Packet = actionId === null ? [] : [["ActionID", actionId]];
  tell(world, "OriginateResponse", "call", [
    ...id,
    ["Response", channel ? "Success" : "Failure"],
    ["Channel", channel?.name ?? dialed],
    ["Context", context],
    ["Exten", exten],
    ["Reason", reason],
    ["Uniqueid", channel?.uniqueId ?? uniqueId ?? unknown],
    ["CallerIDNum", callerNumber ?? unknown],
    ["CallerIDName", callerName ?? unknown],
  ]);
}
