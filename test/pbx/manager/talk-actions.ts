/** AMI's actions on calls in progress: muting, recordings, digits. Messages are copied from Asterisk. */
import { emit } from "../calls/channel.ts";
import { type ActionResult, done, refused } from "../calls/members.ts";
import { channelHeaders } from "../headers.ts";
import type { Channel, PbxState } from "../state.ts";
import type { ActionRequest } from "./request.ts";

/** Undefined for any other action. */
export function talkAction(state: PbxState, action: string, request: ActionRequest): ActionResult | undefined {
  const name = request.get("Channel");
  const channel = [...state.channels].find((one) => one.name === name);
  switch (action) {
    case "setvar":
      return setVariable(channel, request);
    case "mixmonitormute":
      return muteRecording(state, channel, request);
    case "stopmixmonitor":
      return stopRecording(state, channel);
    case "playdtmf":
      return playDigit(channel, request);
    // As in a queue without the option t: the other party hears digits, and nothing happens.
    case "atxfer":
    case "cancelatxfer":
      return channel
        ? done(`${request.get("Action")} successfully queued`)
        : refused("Channel specified does not exist");
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
function playDigit(channel: Channel | undefined, request: ActionRequest): ActionResult {
  if (!channel) return refused("Channel not found");
  const mode = modeDigits[request.get("Digit") ?? ""];
  if (channel.spy && mode && request.has("Receive")) channel.spy.mode = mode;
  return done("DTMF successfully queued");
}
