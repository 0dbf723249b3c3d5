/** AMI's actions on calls: Originate, Redirect, Park, Hangup. Messages are copied from Asterisk. */
import * as conversation from "../calls/conversation.ts";
import { destinationOf, goTo } from "../calls/dialplan.ts";
import { type ActionResult, done, refused } from "../calls/members.ts";
import { originate } from "../calls/originate.ts";
import { defaultParkingMs } from "../calls/parking.ts";
import { channelNamed, channelState, type PbxState, partyOf } from "../state.ts";
import { assignments } from "../variables.ts";
import { type ActionRequest, isYes } from "./request.ts";

/** `afterAnswer` carries the action out; it runs after the response has been sent. */
export type CallActionResult = ActionResult & Readonly<{ afterAnswer?: () => void }>;

/** Undefined for any other action. */
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
  const originateRequest = {
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
  return { ...done("Originate successfully queued"), afterAnswer: () => originate(state, originateRequest) };
}

/** `"Name" <number>`, `Name <number>` or `number`; a part that is absent is null, and the phone's own value is used. */
function parseCallerId(text: string): Readonly<{ number: string | null; name: string | null }> {
  const [, name = "", number = ""] = /^\s*"?(.*?)"?\s*<([^<>]*)>\s*$/.exec(text) ?? ["", "", text.trim()];
  return { number: number || null, name: name || null };
}

/** As in Asterisk, a redirect to an extension that does not exist answers Success and ends the call. */
function redirect(state: PbxState, request: ActionRequest): CallActionResult {
  const name = request.get("Channel");
  const channel = channelNamed(state, name);
  if (!name) return refused("Channel not specified");
  if (!channel) return refused(`Channel does not exist: ${name}`);
  // A ringing phone executes no dialplan, so Asterisk cannot redirect it.
  if (channel.state === channelState.ringing) return refused("Redirect failed");
  const [context, exten] = [request.get("Context") ?? "default", request.get("Exten") ?? ""];
  const afterAnswer = () => {
    // BridgeLeave already shows the new extension.
    channel.context = context;
    channel.exten = exten;
    conversation.detach(state, channel);
    goTo(state, channel, context, exten);
  };
  return { ...done("Redirect successful"), afterAnswer };
}

/** With a TimeoutChannel or an AnnounceChannel the other party stays up and hears the parking space (trace i_park). */
function park(state: PbxState, request: ActionRequest): CallActionResult {
  const name = request.get("Channel");
  const channel = channelNamed(state, name);
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
  const afterAnswer = () => void conversation.park(state, channel, { parker: parker ?? null, timeoutMs, isAnnounced });
  return { ...done("Park successful\n"), afterAnswer };
}

function hangUp(state: PbxState, request: ActionRequest): CallActionResult {
  const name = request.get("Channel");
  const channel = channelNamed(state, name);
  if (!name) return refused("No channel specified");
  if (!channel) return refused("No such channel");
  return { ...done("Channel Hungup"), afterAnswer: () => conversation.endCall(state, channel) };
}
