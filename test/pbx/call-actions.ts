/** AMI's actions on calls, as a manager asks for them: Originate, Redirect, Park, Hangup. The answers are Asterisk's own words. */
import * as conversation from "./conversation.ts";
import { destinationOf, goTo } from "./dialplan.ts";
import { type ActionResult, done, refused } from "./members.ts";
import { originate } from "./originate.ts";
import { defaultParkingMs } from "./parking.ts";
import { type ActionRequest, isYes } from "./request.ts";
import { type Channel, channelState, type PbxState, partyOf } from "./state.ts";
import { assignments } from "./variables.ts";

/** `later` is what it leads to, once it is answered. */
export type CallActionResult = ActionResult & Readonly<{ later?: () => void }>;

/** Undefined for an action that is none of these. */
export function callAction(state: PbxState, action: string, request: ActionRequest): CallActionResult | undefined {
  switch (action) {
    case "originate":
      return originateAction(state, request);
    case "redirect":
      return redirect(state, request);
    case "park":
      return park(state, request);
    case "hangup":
      return hangUp(state, request);
    default:
      return undefined;
  }
}

const defaultRingMs = 30_000;

function originateAction(state: PbxState, request: ActionRequest): CallActionResult {
  const dialed = request.get("Channel") ?? "";
  const context = request.get("Context") ?? "default";
  const exten = request.get("Exten") ?? "";
  const timeoutMs = Number(request.get("Timeout") ?? defaultRingMs);
  if (dialed === "") return refused("Channel not specified");
  if (!Number.isInteger(timeoutMs)) return refused("Invalid timeout");
  if (!dialed.includes("/")) return refused("Invalid channel");
  if (!isYes(request.get("Async"))) return refused("This PBX originates with Async: true only");
  if (!destinationOf(state, context, exten)) return refused("Extension does not exist.");
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
  return { ...done("Originate successfully queued"), later: () => originate(state, asked) };
}

/** `"Name" <number>`, `Name <number>` or `number`; what is not given is the phone's own. */
function parseCallerId(text: string): Readonly<{ number: string | null; name: string | null }> {
  const [, name = "", number = ""] = /^\s*"?(.*?)"?\s*<([^<>]*)>\s*$/.exec(text) ?? ["", "", text.trim()];
  return { number: number || null, name: name || null };
}

/** By its name or its Uniqueid. */
function find(state: PbxState, name: string | undefined): Channel | undefined {
  return [...state.channels].find((channel) => channel.name === name || channel.uniqueId === name);
}

/** An extension that is not there ends the call, and is answered with Success all the same. */
function redirect(state: PbxState, request: ActionRequest): CallActionResult {
  const name = request.get("Channel");
  const channel = find(state, name);
  if (!name) return refused("Channel not specified");
  if (!channel) return refused(`Channel does not exist: ${name}`);
  // A phone that only rings is in no dialplan that it could leave.
  if (channel.state === channelState.ringing) return refused("Redirect failed");
  const [context, exten] = [request.get("Context") ?? "default", request.get("Exten") ?? ""];
  const later = () => {
    // Where it goes is already told when it leaves its bridge.
    channel.context = context;
    channel.exten = exten;
    conversation.detach(state, channel);
    goTo(state, channel, context, exten);
  };
  return { ...done("Redirect successful"), later };
}

/** With a TimeoutChannel or an AnnounceChannel the other side stays up, and hears the space (trace i_park). */
function park(state: PbxState, request: ActionRequest): CallActionResult {
  const name = request.get("Channel");
  const channel = find(state, name);
  const timeoutMs = Number(request.get("Timeout") ?? defaultParkingMs);
  if (!name) return refused("Channel not specified");
  if (!channel) return refused(`Channel does not exist: ${name}`);
  if (!Number.isInteger(timeoutMs)) return refused("Invalid Timeout value.");
  if (!partyOf(channel)) return refused("Could not park");
  const parkerName = request.get("TimeoutChannel") ?? "";
  const parker = [...state.agents.values()].find(
    ({ memberInterface }) => parkerName.replace(/-[0-9a-f]{8}$/, "") === memberInterface,
  );
  const isAnnounced = parkerName !== "" || request.has("AnnounceChannel");
  const later = () => void conversation.park(state, channel, { parker: parker ?? null, timeoutMs, isAnnounced });
  return { ...done("Park successful\n"), later };
}

function hangUp(state: PbxState, request: ActionRequest): CallActionResult {
  const name = request.get("Channel");
  const channel = find(state, name);
  if (!name) return refused("No channel specified");
  if (!channel) return refused("No such channel");
  return { ...done("Channel Hungup"), later: () => conversation.end(state, channel) };
}
