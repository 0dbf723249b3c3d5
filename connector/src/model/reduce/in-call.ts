/** CM21, CM22: recordings that pause, and what commands did to calls without an event of Asterisk's. */
import type { ChannelMuted, MixMonitorChange } from "../../ami/event/event.ts";
import type { Changes } from "../state/changes.ts";
import type { RecordingState } from "../state/in-call.ts";
import type { Channel, Model } from "../state/state.ts";
import { markConnected } from "./connected.ts";

/** Asterisk 16.28 sends a MixMonitorMute for a recording that was stopped. */
export function onMixMonitorChange(model: Model, changes: Changes, event: MixMonitorChange): void {
  if (event.state !== "stopped" && model.inCall.recordings.get(event.uniqueId) === "stopped") return;
  noteRecording(model, changes, event.uniqueId, event.state);
}

export function noteRecording(model: Model, changes: Changes, uniqueId: string, state: RecordingState): void {
  if (model.inCall.recordings.get(uniqueId) === state) return;
  model.inCall.recordings.set(uniqueId, state);
  const channel = model.channels.get(uniqueId);
  if (channel) markConnected(model, changes, channel);
}

/** The recording of a channel was found by its path. It may be paused if it began before the connection. */
export function onRecordingFound(model: Model, changes: Changes, uniqueId: string): void {
  const isOlder = model.channels.get(uniqueId)?.fromList ?? true;
  if (!isOlder && !model.inCall.recordings.has(uniqueId)) noteRecording(model, changes, uniqueId, "on");
}

export function onChannelMuted(model: Model, changes: Changes, event: ChannelMuted): void {
  const channel = channelNamed(model, event.channel);
  if (!channel) return;
  model.inCall.muted.set(channel.uniqueId, event.muted);
  markConnected(model, changes, channel);
}

export function channelNamed(model: Model, name: string): Channel | undefined {
  for (const channel of model.channels.values()) if (channel.name === name) return channel;
  return undefined;
}
