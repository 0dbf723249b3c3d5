/** AMI's actions on calls, as a manager asks for them: Originate, Redirect, Park, Hangup. The answers are Asterisk's own words. */
import * as conversation from "./conversation.ts";
import { destinationOf, goTo } from "./dialplan.ts";
import { type Answer, done, refused } from "./members.ts";
import { originate } from "./outgoing.ts";
import { defaultParkingMs } from "./parking.ts";
import { isYes, type Request } from "./request.ts";
import { assignments } from "./variables.ts";
import { type Channel, channelState, partyOf, type World } from "./world.ts";

/** `later` is what it leads to, once it is answered. */
export type CallAnswer = Answer & Readonly<{ later?: () => void }>;

/** Undefined for an action that is none of these. */
export function callAction(world: World, action: string, request: Request): CallAnswer | undefined {
  switch (action) {
    case "originate":
      return askOriginate(world, request);
    case "redirect":
      return redirect(world, request);
    case "park":
      return park(world, request);
    case "hangup":
      return hangUp(world, request);
    default:
      return undefined;
  }
}

const defaultRingMs = 30_000;

function askOriginate(world: World, request: Request): CallAnswer {
  const dialed = request.get("Channel") ?? "";
  const context = request.get("Context") ?? "default";
  const exten = request.get("Exten") ?? "";
  const timeoutMs = Number(request.get("Timeout") ?? defaultRingMs);
  if (dialed === "") return refused("Channel not specified");
  if (!Number.isInteger(timeoutMs)) return refused("Invalid timeout");
  if (!dialed.includes("/")) return refused("Invalid channel");
  if (!isYes(request.get("Async"))) return refused("This PBX originates with Async: true only");
  if (!destinationOf(world, context, exten)) return refused("Extension does not exist.");
  const caller = parseCallerId(request.get("CallerID") ?? "");
  const asked = {
    dialed,
    context,
    exten,
    timeoutMs,
    callerNumber: caller.number,
    callerName: caller.name,
    actionId: request.get("ActionID") ?? null,
    uniqueId: request.get("ChannelId") ?? null,
    variables: new Map(request.all("Variable").flatMap(assignments)),
  };
  return { ...done("Originate successfully queued"), later: () => originate(world, asked) };
}

/** `"Name" <number>`, `Name <number>` or `number`; what is not given is the phone's own. */
function parseCallerId(text: string): Readonly<{ number: string | null; name: string | null }> {
  const [, name = "", number = ""] = /^\s*"?(.*?)"?\s*<([^<>]*)>\s*$/.exec(text) ?? ["", "", text.trim()];
  return { number: number || null, name: name || null };
}

/** By its name or its Uniqueid. */
function find(world: World, name: string | undefined): Channel | undefined {
  return [...world.channels].find((channel) => channel.name === name || channel.uniqueId === name);
}

/** An extension that is not there ends the call, and is answered with Success all the same. */
function redirect(world: World, request: Request): CallAnswer {
  const name = request.get("Channel");
  const channel = find(world, name);
  if (!name) return refused("Channel not specified");
  if (!channel) return refused(`Channel does not exist: ${name}`);
  // A phone that only rings is in no dialplan that it could leave.
  if (channel.state === channelState.ringing) return refused("Redirect failed");
  const [context, exten] = [request.get("Context") ?? "default", request.get("Exten") ?? ""];
  const later = () => {
    // Where it goes is already told when it leaves its bridge.
    channel.context = context;
    channel.exten = exten;
    conversation.detach(world, channel);
    goTo(world, channel, context, exten);
  };
  return { ...done("Redirect successful"), later };
}

/** With a TimeoutChannel or an AnnounceChannel the other side stays up, and hears the space (trace i_park). */
function park(world: World, request: Request): CallAnswer {
  const name = request.get("Channel");
  const channel = find(world, name);
  const timeoutMs = Number(request.get("Timeout") ?? defaultParkingMs);
  if (!name) return refused("Channel not specified");
  if (!channel) return refused(`Channel does not exist: ${name}`);
  if (!Number.isInteger(timeoutMs)) return refused("Invalid Timeout value.");
  if (!partyOf(channel)) return refused("Could not park");
  const parkerName = request.get("TimeoutChannel") ?? "";
  const parker = [...world.agents.values()].find(
    ({ memberInterface }) => parkerName.replace(/-[0-9a-f]{8}$/, "") === memberInterface,
  );
  const isAnnounced = parkerName !== "" || request.has("AnnounceChannel");
  const later = () => void conversation.park(world, channel, { parker: parker ?? null, timeoutMs, isAnnounced });
  return { ...done("Park successful\n"), later };
}

function hangUp(world: World, request: Request): CallAnswer {
  const name = request.get("Channel");
  const channel = find(world, name);
  if (!name) return refused("No channel specified");
  if (!channel) return refused("No such channel");
  return { ...done("Channel Hungup"), later: () => conversation.end(world, channel) };
}
