/** AMI's actions on calls in progress: muting, recordings, digits. Messages are copied from Asterisk. */
import { beginTransfer } from "../calls/begin-transfer.ts";
import { emit } from "../calls/channel.ts";
import { consultationBy, press } from "../calls/consultation.ts";
import { endCall } from "../calls/conversation.ts";
import { type ActionResult, done, refused } from "../calls/members.ts";
import { channelHeaders } from "../headers.ts";
import { type Channel, channelNamed, type PbxState } from "../state.ts";
import type { CallActionResult } from "./call-actions.ts";
import type { ActionRequest } from "./request.ts";

/** Undefined for any other action. */
export function talkAction(state: PbxState, action: string, request: ActionRequest): CallActionResult | undefined {
  const channel = channelNamed(state, request.get("Channel"));
  switch (action) {
    case "setvar":
      return setVariable(channel, request);
    case "mixmonitormute":
      return muteRecording(state, channel, request);
    case "stopmixmonitor":
      return stopRecording(state, channel);
    case "playdtmf":
      return playDigit(state, channel, request);
    case "atxfer":
      return attendedTransfer(state, channel, request);
    case "cancelatxfer":
      return cancelTransfer(state, channel);
    default:
      return undefined;
  }
}

function setVariable(channel: Channel | undefined, request: ActionRequest): ActionResult {
  if (!channel) return refused("No such channel");
  if (request.get("Variable") !== "MUTEAUDIO(in)") return refused("Variable not set");
  channel.isMuted = request.get("Value") === "on";
  return done("Variable Set");
}

function muteRecording(state: PbxState, channel: Channel | undefined, request: ActionRequest): ActionResult {
  if (!channel) return refused("No such channel");
  if (channel.recording === null || channel.recordingState === "stopped") return refused("Cannot set mute flag");
  const isPaused = request.get("State") === "1";
  channel.recordingState = isPaused ? "paused" : "on";
  emit(state, "MixMonitorMute", "call", [
    ...channelHeaders(channel),
    ["Direction", "both"],
    ["State", isPaused ? 1 : 0],
  ]);
  return done("");
}

function stopRecording(state: PbxState, channel: Channel | undefined): ActionResult {
  if (!channel || channel.recording === null || channel.recordingState === "stopped")
    return refused("Could not stop monitoring channel");
  channel.recordingState = "stopped";
  emit(state, "MixMonitorStop", "call", channelHeaders(channel));
  return done("");
}

const modeDigits: Readonly<Record<string, "listen" | "whisper" | "barge">> = { 4: "listen", 5: "whisper", 6: "barge" };

/** With `Receive` it is as if the channel's own party had pressed it. */
function playDigit(state: PbxState, channel: Channel | undefined, request: ActionRequest): CallActionResult {
  if (!channel) return refused("Channel not found");
  const digit = request.get("Digit") ?? "";
  const mode = modeDigits[digit];
  const afterAnswer = () => {
    if (!request.has("Receive")) return;
    if (channel.spy && mode) channel.spy.mode = mode;
    const transfer = consultationBy(state, channel);
    if (transfer) press(state, transfer, digit);
  };
  return { ...done("DTMF successfully queued"), afterAnswer };
}

/** Success says nothing: where there is nothing to transfer or to cancel, nothing happens. */
function attendedTransfer(state: PbxState, channel: Channel | undefined, request: ActionRequest): CallActionResult {
  if (!channel) return refused("Channel specified does not exist");
  const [context, exten] = [request.get("Context") ?? "default", request.get("Exten") ?? ""];
  const afterAnswer = () => beginTransfer(state, channel, context, exten);
  return { ...done("Atxfer successfully queued"), afterAnswer };
}

function cancelTransfer(state: PbxState, channel: Channel | undefined): CallActionResult {
  if (!channel) return refused("Channel specified does not exist");
  const afterAnswer = () => {
    const transfer = consultationBy(state, channel);
    if (transfer) endCall(state, transfer.near);
  };
  return { ...done("CancelAtxfer successfully queued"), afterAnswer };
}
