/** AMI's actions on calls, as a manager asks for them: Originate, Redirect, Park, Hangup. The answers are Asterisk's own words. */
import { leaveBridge, tellDevice } from "./channel.ts";
import * as conversation from "./conversation.ts";
import type { Answer } from "./members.ts";
import { failOriginate, goTo, originate, targetOf } from "./outgoing.ts";
import { decline, releaseAgent } from "./queue-call.ts";
import type { Request } from "./session.ts";
import { type Channel, partyOf, type World } from "./world.ts";

const done = (message: string): Answer => ({ ok: true, message });
const refused = (message: string): Answer => ({ ok: false, message });

/** Undefined for an action that is none of these. `later` is what it leads to, once it is answered. */
export function callAction(
  world: World,
  action: string,
  request: Request,
): (Answer & { later?: () => void }) | undefined {
  switch (action) {
    case "originate":
      return askOriginate(world, request);
    case "redirect":
      return redirect(world, request);
    case "park":
      return park(world, request);
    case "hangup":
      return hangup(world, request);
    default:
      return undefined;
  }
}

function askOriginate(world: World, request: Request): Answer & { later?: () => void } {
  const exten = request.get("exten") ?? "";
  if (!request.get("channel")) return refused("Channel not specified");
  if (!targetOf(world, exten)) return refused("Extension does not exist.");
  const callerId = /^(?:"?(.*?)"? *<(.*)>|(.*))$/.exec(request.get("callerid") ?? "");
  const number = callerId?.[2] ?? callerId?.[3];
  const asked = {
    memberInterface: request.get("channel") ?? "",
    exten,
    number: number || null,
    name: callerId?.[1] ?? "",
    actionId: request.get("actionid") ?? "",
    uniqueId: request.get("channelid") ?? null,
    timeoutMs: Number(request.get("timeout")) || 30_000,
  };
  return { ...done("Originate successfully queued"), later: () => originate(world, asked) };
}

/** By its name or its Uniqueid. */
function find(world: World, request: Request): Channel | undefined {
  const wanted = request.get("channel") ?? "";
  return [...world.channels].find(({ name, uniqueId }) => name === wanted || uniqueId === wanted);
}

/** The other leg is let go; an extension that is not there ends the call, and is answered with Success all the same. */
function redirect(world: World, request: Request): Answer & { later?: () => void } {
  const channel = find(world, request);
  if (!channel) return refused(`Channel does not exist: ${request.get("channel")}`);
  const later = () => {
    const party = partyOf(channel);
    leaveBridge(world, channel);
    if (party?.device.agent && !channel.device.agent) releaseAgent(world, channel, party);
    else if (party) conversation.end(world, party);
    tellDevice(world, channel.device);
    goTo(world, channel, request.get("exten") ?? "");
  };
  return { ...done("Redirect successful"), later };
}

function park(world: World, request: Request): Answer & { later?: () => void } {
  const channel = find(world, request);
  if (!channel) return refused(`Channel does not exist: ${request.get("channel")}`);
  const party = partyOf(channel);
  const parker = party?.device.agent;
  if (!party || !parker) return refused("Could not park");
  const timeoutMs = Number(request.get("timeout")) || undefined;
  return {
    ...done("Park successful"),
    later: () => void conversation.park(world, party, parker, timeoutMs),
  };
}

function hangup(world: World, request: Request): Answer & { later?: () => void } {
  const channel = find(world, request);
  if (!channel) return refused("No such channel");
  return { ...done("Channel Hungup"), later: () => end(world, channel) };
}

/** A phone that rings is silenced like one that refuses. */
function end(world: World, channel: Channel): void {
  const asked = [...world.originates].find((one) => one.channel === channel);
  const call = [...world.calls].find(({ rings }) => rings.some((ring) => ring.channel === channel));
  if (asked) failOriginate(world, asked, 0, 16);
  else if (call && channel.device.agent) decline(world, call, channel.device.agent);
  else conversation.end(world, channel);
}
